// The line between the two browsers. The doctor's side offers, the patient's answers; a line that fails is tried
// again, then without the picture, then it is only written. Each pair of seats is a line of its own, so a page
// that was loaded again simply meets anew.
const PATIENCE_MS = 15000;
const LOST_MS = 6000;
const TRIES = 2;
const LOWER = { video: "voice", voice: "text" };

/** @param {{ offers: boolean, ice: () => RTCIceServer[], send: (pair: string, kind: string, data: string) => Promise<any>, shown: (state: any) => void }} asked */
export function peer({ offers, ice, send, shown }) {
  let line = /** @type {RTCPeerConnection | null} */ (null);
  let pair = null;
  let own = new MediaStream();
  let level = "video";
  let tries = 0;
  let guard = 0;
  let waiting = [];
  let theirs = new MediaStream();

  const tell = (kind, data = "") => { const of = pair; return send(of, kind, data).catch(() => { /* the room says when the pair has changed */ }); };
  const show = (state) => shown({ state, level, theirs });
  const watchFor = (ms) => { clearTimeout(guard); guard = setTimeout(failed, ms); };
  const track = (kind) => (kind === "video" && level !== "video" ? null : own.getTracks().find((one) => one.kind === kind) ?? null);

  function close() {
    clearTimeout(guard);
    line?.close();
    line = null;
    waiting = [];
    theirs = new MediaStream();
  }
  function open() {
    close();
    line = new RTCPeerConnection({ iceServers: ice() });
    const mine = line;
    mine.onicecandidate = ({ candidate }) => { if (candidate) tell("candidate", JSON.stringify(candidate)); };
    mine.ontrack = (event) => { theirs.addTrack(event.track); event.track.onmute = event.track.onunmute = () => show("connected"); show(mine.connectionState); };
    mine.onconnectionstatechange = () => {
      if (mine !== line) return;
      if (mine.connectionState === "connected") { clearTimeout(guard); tries = 0; show("connected"); }
      else if (mine.connectionState === "disconnected") { show("lost"); watchFor(LOST_MS); }
      else if (mine.connectionState === "failed") failed();
    };
    watchFor(PATIENCE_MS);
    show("connecting");
  }
  async function fill() {
    for (const one of line.getTransceivers()) {
      one.direction = "sendrecv";
      await one.sender.replaceTrack(track(one.receiver.track.kind));
    }
  }
  async function offer(restart = false) {
    if (!line) return;
    await line.setLocalDescription(await line.createOffer({ iceRestart: restart }));
    await tell("offer", JSON.stringify(line.localDescription));
    watchFor(PATIENCE_MS);
  }
  async function begin() {
    open();
    line.addTransceiver("audio");
    line.addTransceiver("video");
    await fill();
    await offer();
  }
  // Only the side that offers tries again or gives up the picture; the other asks it to.
  async function failed() {
    if (!line) return;
    show("lost");
    if (!offers) { await tell("restart"); watchFor(PATIENCE_MS); return; }
    tries += 1;
    if (tries <= TRIES) { await offer(true).catch(() => watchFor(LOST_MS)); return; }
    tries = 0;
    await lower(LOWER[level] ?? "text");
  }
  async function lower(now) {
    level = now;
    if (offers) await tell("mode", now);
    if (now === "text") { close(); show("written"); return; }
    if (offers) await begin(); else if (line) await fill();
    show("connecting");
  }
  async function answer(data) {
    if (!line || line.signalingState === "closed") open();
    await line.setRemoteDescription(JSON.parse(data));
    await fill();
    await line.setLocalDescription(await line.createAnswer());
    await tell("answer", JSON.stringify(line.localDescription));
    await candidates();
  }
  async function candidates() {
    if (!line?.remoteDescription) return;
    for (const one of waiting.splice(0)) await line.addIceCandidate(one).catch(() => { /* of a line before this one */ });
  }
  const heard = {
    offer: async (data) => { if (!offers) { if (level === "text") return; if (line?.remoteDescription && JSON.parse(data).sdp.match(/o=.*/)?.[0].split(" ")[1] !== line.remoteDescription.sdp.match(/o=.*/)?.[0].split(" ")[1]) open(); await answer(data); } },
    answer: async (data) => { if (offers && line?.signalingState === "have-local-offer") { await line.setRemoteDescription(JSON.parse(data)); await candidates(); } },
    candidate: async (data) => { waiting.push(JSON.parse(data)); await candidates(); },
    restart: async () => { if (offers && line) await offer(true); else if (offers) await begin(); },
    mode: async (data) => { if (!offers) await lower(data in { video: 1, voice: 1, text: 1 } ? data : "text"); },
    bye: async () => { close(); show("gone"); },
  };
  let queue = Promise.resolve();
  return {
    // Both seats are taken: meet, unless this very pair meets already.
    meet(now) {
      if (now === pair) return;
      pair = now;
      tries = 0;
      if (!now) { close(); show("alone"); return; }
      if (level === "text") { show("written"); if (offers) tell("mode", "text"); return; }
      if (offers) queue = queue.then(begin).catch(failed); else { open(); }
    },
    hear({ pair: of, kind, data }) { if (of === pair && kind in heard) queue = queue.then(() => heard[kind](data)).catch(() => watchFor(LOST_MS)); },
    async use(stream, now) { own = stream; level = now; if (line) await fill(); },
    // Somebody wants the line tried again from the top.
    again(now) { level = now; tries = 0; if (!pair) return; if (offers) { tell("mode", now); queue = queue.then(begin).catch(failed); } else { open(); tell("restart"); } },
    close() { close(); pair = null; },
  };
}
