// @ts-check
// Bytes as text: base64, and the form of it for addresses, which has - and _ and no padding.

/** Bytes that become letters at once; a call cannot have more arguments. */
const PART = 0x8000;

/** @param {Uint8Array} bytes */
export function base64(bytes) {
  let letters = '';
  for (let begin = 0; begin < bytes.length; begin += PART) {
    letters += String.fromCharCode(...bytes.subarray(begin, begin + PART));
  }
  return btoa(letters);
}

/** @param {string} text @throws {DOMException} it is not base64 */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} bytes */
export function addressText(bytes) {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The bytes of a text in an address; null if it is not one. @param {string} text */
export function fromAddressText(text) {
  try {
    return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return null;
  }
}
