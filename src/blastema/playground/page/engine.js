// @ts-check
// What an engine of the page is: it holds the cells of a dish, steps them and draws them. The dish knows no more of it.

/**
 * @typedef {import('./conditions.js').Scene} Scene
 * @typedef {import('./encoding.js').Content} Content
 * @typedef {'webgl2' | 'kernel'} EngineName
 * @typedef {{lost: () => void, restored: () => void}} Listener  is told when the cells are gone, and when there can be
 *   others
 * @typedef {{name: EngineName, open: (canvas: HTMLCanvasElement, listener: Listener) => Device}} Engine
 *   open: throws a PlaygroundError if the browser lacks what it needs
 *
 * @typedef {object} Device  An engine that draws on a canvas.
 * @property {boolean} hasFloats  whether cells can be 32-bit numbers
 * @property {boolean} hasBytes  whether they can be 8-bit numbers
 * @property {(scene: Scene) => Simulation} make  makes an empty grid
 * @property {() => () => boolean} mark  gives what says whether all that it was asked to do until now is done
 * @property {() => void} close  gives back what the browser has few of
 * @property {WebGL2RenderingContext} [gl]  of the engine that has one
 *
 * @typedef {object} Simulation  The cells of a dish. What is read later is null if the cells are lost before.
 * @property {(scene: Scene) => void} rebuild  replaces the grid by an empty one
 * @property {(scene: Scene) => void} upload  takes the organisms of the scene, and their signals
 * @property {(scene: Scene) => void} writeSignals  takes the signals
 * @property {(scene: Scene) => void} writeMap  takes what is painted of them
 * @property {() => void} clear
 * @property {(scene: Scene, number: number, x: number, y: number) => void} plant
 * @property {(scene: Scene, stroke: number[], radius: number) => void} erase  stroke: from x, y to x, y
 * @property {(scene: Scene) => void} step
 * @property {(content: Content) => void} write
 * @property {() => Content} read
 * @property {() => Promise<Content | null>} readLater
 * @property {() => Uint8Array} readLife  four bytes a cell, see shaders/cells.glsl
 * @property {(scene: Scene, what: number) => Uint8Array} readPicture  RGBA; what: of the picture pass, see layout.js
 * @property {(scene: Scene) => Promise<{picture: Uint8Array, life: Uint8Array} | null>} survey
 * @property {(living: import('./territory.js').Living, steps: number) => void} narrow  less has to be computed when it
 *   is known what lived so many steps ago
 * @property {(scene: Scene, x: number, y: number) => Promise<import('./patch.js').Patch | null>} patch
 * @property {() => Promise<unknown>} done
 * @property {(scene: Scene, drawing: Drawing) => void} draw
 *
 * @typedef {{ground: number[], accent: number[]}} Colours  red, green, blue, 0 to 1
 * @typedef {{view: import('./views.js').View, tiles: {columns: number, rows: number}, colours: Colours, width: number,
 *   height: number}} Drawing  tiles: of the view; width, height: of the canvas
 */

export {};
