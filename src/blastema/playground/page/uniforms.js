// @ts-check
// Sets the uniforms of a program by name; how is decided by the type that WebGL reports.

/** @typedef {number | boolean | number[]} UniformValue  arrays of vectors and matrices: all numbers in a row */

/** Booleans and samplers are set as integers. */
const METHODS = /** @type {const} */ ({
  FLOAT: 'uniform1fv',
  FLOAT_VEC2: 'uniform2fv',
  FLOAT_VEC3: 'uniform3fv',
  FLOAT_VEC4: 'uniform4fv',
  FLOAT_MAT3: 'uniformMatrix3fv',
  INT: 'uniform1iv',
  INT_VEC2: 'uniform2iv',
  UNSIGNED_INT: 'uniform1uiv',
  BOOL: 'uniform1iv',
  SAMPLER_2D: 'uniform1iv',
});

/**
 * What sets uniforms of a program; names that it does not have are left out.
 *
 * @param {WebGL2RenderingContext} gl @param {WebGLProgram} program which must be in use when it is called
 * @returns {(values: Record<string, UniformValue>) => void}
 */
export function uniformSetter(gl, program) {
  /** @type {Map<string, (value: number[]) => void>} */
  const setters = new Map();
  const count = gl.isContextLost() ? 0 : gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS);
  for (let place = 0; place < count; place++) {
    const { name, type } = /** @type {WebGLActiveInfo} */ (gl.getActiveUniform(program, place));
    const location = gl.getUniformLocation(program, name);
    const [, method] = Object.entries(METHODS).find(([key]) => gl[/** @type {keyof METHODS} */ (key)] === type) ?? [];
    if (!method) throw new Error(`the type of the uniform ${name} has no setter`);
    setters.set(name.replace('[0]', ''), (value) => {
      if (method === 'uniformMatrix3fv') gl.uniformMatrix3fv(location, false, value);
      else gl[method](location, value);
    });
  }
  return (values) => {
    for (const [name, value] of Object.entries(values)) {
      setters.get(name)?.(Array.isArray(value) ? value : [Number(value)]);
    }
  };
}
