// One WebRTC call of this page: microphone up, voice down, a data channel for pings, keys and captions.

const PING_MS = 500;
const CONNECT_MS = 10000;
const MICROPHONE = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } };

const MICROPHONE_TROUBLE = {
  NotAllowedError: "The microphone is blocked. Allow it with the sign left of the page's address, then try again.",
  NotFoundError: "No microphone was found. Plug one in, then try again.",
  NotReadableError: "Another program holds the microphone. Close it, then try again.",
};
const NO_PATH =
  "No sound path to the service was found (ICE failed). A VPN or firewall may block UDP; tell your supervisor.";

export class Trouble extends Error {}

// Asks for the microphone. Throws Trouble with a sentence on what to do.
export async function microphone() {
  if (!navigator.mediaDevices) throw new Trouble("This page needs https:// (or 127.0.0.1) to use the microphone.");
  try {
    return await navigator.mediaDevices.getUserMedia(MICROPHONE);
  } catch (error) {
    throw new Trouble(MICROPHONE_TROUBLE[error.name] ?? `The microphone cannot be used: ${error.message}`);
  }
}

export class Softphone {
  #connection = null;
  #channel = null;
  #stream = null;
  #pings = 0;
  #on;
  #audio;
  #iceServers;

  // on: {connected(), lost(text), message(m)}; audio: the element that plays the far end
  constructor(audio, iceServers, on) {
    this.#audio = audio;
    this.#iceServers = iceServers;
    this.#on = on;
    window.addEventListener("pagehide", () => this.hangUp());
  }

  get busy() {
    return this.#connection !== null;
  }

  get connection() {
    return this.#connection;
  }

  // Calls with this microphone stream; `exchange(sdp)` posts our offer and gives the answer.
  async call(stream, exchange) {
    this.hangUp();
    const connection = new RTCPeerConnection({ iceServers: this.#iceServers.map((urls) => ({ urls })) });
    this.#connection = connection;
    this.#stream = stream;
    for (const track of stream.getAudioTracks()) connection.addTrack(track, stream);
    connection.ontrack = (event) => {
      this.#audio.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      this.#audio.play().catch(() => this.#on.lost("The browser holds the sound back. Click anywhere on this page."));
    };
    connection.onconnectionstatechange = () => this.#state(connection);
    this.#openChannel(connection);
    try {
      await connection.setLocalDescription(await connection.createOffer());
      await gathered(connection);
      const sdp = await exchange(connection.localDescription.sdp);
      if (this.#connection !== connection) return;
      await connection.setRemoteDescription({ type: "answer", sdp });
    } catch (error) {
      if (this.#connection === connection) this.hangUp();
      throw error;
    }
    setTimeout(() => {
      if (this.#connection === connection && connection.connectionState !== "connected") this.#lose(NO_PATH);
    }, CONNECT_MS);
  }

  mute(on) {
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = !on;
  }

  send(message) {
    if (this.#channel?.readyState === "open") this.#channel.send(JSON.stringify(message));
  }

  hangUp() {
    this.send({ type: "leaving" });
    clearInterval(this.#pings);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#connection?.close();
    this.#audio.srcObject = null;
    this.#connection = this.#channel = this.#stream = null;
  }

  #openChannel(connection) {
    const channel = connection.createDataChannel("warmline");
    this.#channel = channel;
    channel.onopen = () => {
      channel.send("ping");
      this.#pings = setInterval(() => channel.readyState === "open" && channel.send("ping"), PING_MS);
    };
    channel.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "signalling") {
        if (message.message?.type === "peerLeft") this.#lose("");
      } else this.#on.message?.(message);
    };
  }

  #state(connection) {
    if (this.#connection !== connection) return;
    if (connection.connectionState === "connected") this.#on.connected();
    if (connection.connectionState === "failed") this.#lose(NO_PATH);
    if (connection.connectionState === "closed") this.#lose("");
  }

  #lose(text) {
    if (!this.#connection) return;
    this.hangUp();
    this.#on.lost(text);
  }
}

// All our addresses are in the offer: there is one exchange, no trickle. A second is enough without ICE servers.
function gathered(connection) {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => connection.iceGatheringState === "complete" && resolve();
    connection.addEventListener("icegatheringstatechange", done);
    setTimeout(resolve, 1000);
  });
}
