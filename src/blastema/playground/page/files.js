// @ts-check
// Files into the page and out of it.

/** Hands a file to the user. @param {Blob} content @param {string} name */
export function save(content, name) {
  const url = URL.createObjectURL(content);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** No organism is nearly as large. */
const LARGEST = 5_000_000;

/** Lets files be dropped anywhere on the page. @param {HTMLElement} sign is shown while one is held over it
 * @param {(files: File[]) => void} open */
export function acceptDrops(sign, open) {
  let depth = 0;
  const brings = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragenter', (event) => {
    if (brings(event)) {
      depth++;
      sign.hidden = false;
    }
  });
  addEventListener('dragleave', (event) => {
    if (brings(event) && --depth <= 0) {
      depth = 0;
      sign.hidden = true;
    }
  });
  addEventListener('dragover', (event) => {
    if (brings(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    depth = 0;
    sign.hidden = true;
    open([...(event.dataTransfer?.files ?? [])]);
  });
}

/** @param {File} file @returns {Promise<ArrayBuffer>} */
export async function contentOf(file) {
  if (file.size > LARGEST)
    throw new Error(
      `${file.name} has ${file.size.toLocaleString('en')} bytes; no organism is larger than ${LARGEST.toLocaleString('en')}`,
    );
  return file.arrayBuffer();
}
