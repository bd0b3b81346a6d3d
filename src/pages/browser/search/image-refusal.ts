/** An image that the page does not take; its message is a sentence for the person who chose it. */
export class ImageRefusal extends Error {}
