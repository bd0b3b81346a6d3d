export { licensedPageScript, nodeBundle, pageAsset, pageScript } from './page-script';
export type { PageName, PageScript } from './page-script';
