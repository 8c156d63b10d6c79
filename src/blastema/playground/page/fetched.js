// @ts-check
// Files beside the modules that are not modules. The page in one file holds them, too (see inline.py).

/** @param {string} path relative to the page @returns {Promise<Response>} */
export async function fetched(path) {
  const response = await fetch(new URL(path, import.meta.url));
  if (!response.ok) throw new Error(`${path} could not be loaded: ${response.status} ${response.statusText}`);
  return response;
}
