// Long work in parts: between two of them the page answers whoever touches it.
/** @returns {Promise<void>} */
export const breath = () => new Promise((done) => { setTimeout(done); });
