/** The error for an image that the page rejects; its message is a sentence for the person who chose it. */
export class ImageRefusal extends Error {}
