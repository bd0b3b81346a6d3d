import { requireElement } from '../dom/element';

/** Receives files that are chosen, dropped anywhere on the page, or pasted. */
export function takeImages(onFiles: (files: readonly File[]) => void, status: HTMLElement): void {
  const input = requireElement('file', HTMLInputElement);
  input.disabled = false;
  input.addEventListener('change', () => {
    onFiles([...(input.files ?? [])]);
    // Allows the same file to be chosen again.
    input.value = '';
  });
  const drop = requireElement('drop', HTMLElement);
  const mark = (isOver: boolean) => drop.classList.toggle('over', isOver);
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(true);
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(false);
    take(event.dataTransfer, 'dropped');
  });
  document.addEventListener('paste', (event) => take(event.clipboardData, 'pasted'));

  function take(data: DataTransfer | null, how: string): void {
    const files = [...(data?.files ?? [])];
    if (files.length > 0) onFiles(files);
    else status.textContent = `What you ${how} is not a file. Save the image, and choose the file.`;
  }
}
