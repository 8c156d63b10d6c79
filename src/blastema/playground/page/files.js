// @ts-check
// Opens and saves files.

/** Saves a file on the user's device. @param {Blob} content @param {string} name */
export function save(content, name) {
  const url = URL.createObjectURL(content);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** In bytes; far above the size of any organism. */
const MOST_BYTES = 5_000_000;

/** Accepts files dropped anywhere on the page. @param {HTMLElement} sign is shown while a file is dragged over it
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

/** @param {File} file */
export function isImage({ type }) {
  return type.startsWith('image/');
}

/** Whether a file is an image, not only called one. @param {File} file */
export async function isPicture(file) {
  if (!isImage(file)) return false;
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
    return true;
  } catch {
    return false;
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/** @param {File} file @returns {Promise<ArrayBuffer>} */
export async function contentOf(file) {
  const [size, limit] = [file.size, MOST_BYTES].map((bytes) => bytes.toLocaleString('en'));
  if (file.size > MOST_BYTES) throw new Error(`${file.name} is too large (${size} bytes; the limit is ${limit})`);
  return file.arrayBuffer();
}
