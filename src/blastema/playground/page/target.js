// @ts-check
// The picture that an organism was trained to grow, and the difference of a dish from it.

export class Target {
  /** The difference of an empty dish. @type {number | undefined} */
  empty;

  /** @param {Uint8ClampedArray} pixels RGBA, premultiplied @param {number} height @param {number} width */
  constructor(pixels, height, width) {
    this.pixels = pixels;
    this.height = height;
    this.width = width;
  }

  /** The picture at an address, rotated by an angle; null if it could not be loaded.
   * @param {string} url @param {number} angle radians */
  static async load(url, angle) {
    const image = new Image();
    image.src = url;
    try {
      await image.decode();
    } catch {
      return null;
    }
    const { naturalHeight: height, naturalWidth: width } = image;
    const canvas = Object.assign(document.createElement('canvas'), { height, width });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    // The centre of rotation is the middle of the seed cell.
    const x = (width >> 1) + 0.5,
      y = (height >> 1) + 0.5;
    context.translate(x, y);
    context.rotate(-angle);
    context.drawImage(image, -x, -y);
    const { data } = context.getImageData(0, 0, width, height);
    for (let i = 0; i < data.length; i += 4)
      for (let k = 0; k < 3; k++) data[i + k] = (data[i + k] * data[i + 3]) / 255;
    return new Target(data, height, width);
  }

  /** How like the target the middle of a dish is: 1 for all of it, 0 for an empty dish or less.
   * @param {Uint8Array} picture as below @param {number} height @param {number} width of the dish */
  likeness(picture, height, width) {
    this.empty ??= this.difference(new Uint8Array(4 * height * width), height, width);
    return Math.max(0, 1 - this.difference(picture, height, width) / this.empty);
  }

  /**
   * The mean squared difference, over the target's pixels and RGBA, of the middle of a dish.
   *
   * @param {Uint8Array} picture RGBA, premultiplied @param {number} height @param {number} width of the dish
   */
  difference(picture, height, width) {
    const top = (height >> 1) - (this.height >> 1),
      left = (width >> 1) - (this.width >> 1);
    let sum = 0;
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const row = y + top,
          column = x + left;
        const isInside = row >= 0 && column >= 0 && row < height && column < width;
        for (let k = 0; k < 4; k++) {
          const seen = isInside ? picture[4 * (row * width + column) + k] : 0;
          sum += (seen - this.pixels[4 * (y * this.width + x) + k]) ** 2;
        }
      }
    }
    return sum / (255 * 255 * 4 * this.height * this.width);
  }
}
