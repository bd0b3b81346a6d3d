export { licensedPageScript, nodeBundle, pageScript } from './page-script';
export type { PageName, PageScript } from './page-script';
