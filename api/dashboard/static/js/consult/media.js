// One's own camera and microphone, or as much of them as there is: picture and voice, voice alone, nothing.
const VIDEO = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true };

// Resolves to the stream and to what it holds: "video", "voice" or "text".
/** @param {string} wish */
export async function ownMedia(wish) {
  /** @type {[string, any][]} */
  const tries = wish === "video" ? [["video", { video: VIDEO, audio: AUDIO }], ["voice", { audio: AUDIO }]] : wish === "voice" ? [["voice", { audio: AUDIO }]] : [];
  for (const [level, asked] of tries) {
    try { return { stream: await navigator.mediaDevices.getUserMedia(asked), level }; } catch { /* as much as there is */ }
  }
  return { stream: new MediaStream(), level: "text" };
}
export const stopMedia = (stream) => { for (const track of stream?.getTracks() ?? []) track.stop(); };
