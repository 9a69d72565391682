// One peer connection of a call: our sound up, the far end's down, a data channel for pings, keys and captions.

const PING_MS = 500;
const QUIET_MS = 2000; // sound always flows down, silence too: this long without a packet is a lost network
const WATCH_MS = 400;

export class Link {
  connection;
  #channel;
  #sender;
  #timers = [];
  #on;
  #packets = -1;
  #begun = false; // the far end has sent sound
  #heard = performance.now();
  #quiet = false;
  #closed = false;

  // on: {stream(stream), message(m), connected(), quiet(), flowing(), over()}
  constructor(iceServers, track, on) {
    this.#on = on;
    this.connection = new RTCPeerConnection({ iceServers: iceServers.map((urls) => ({ urls })) });
    this.#sender = this.connection.addTrack(track);
    this.connection.ontrack = (event) => {
      event.track.onunmute = () => (this.#begun = true); // its first packet
      on.stream(event.streams[0] ?? new MediaStream([event.track]));
    };
    this.connection.onconnectionstatechange = () => this.#state(this.connection.connectionState);
    this.#openChannel();
  }

  async offer() {
    await this.connection.setLocalDescription(await this.connection.createOffer());
    await gathered(this.connection);
    return this.connection.localDescription.sdp;
  }

  async accept(sdp) {
    await this.connection.setRemoteDescription({ type: "answer", sdp });
  }

  // Whether there is a path within `ms`.
  connected(ms) {
    const { connection } = this;
    return new Promise((resolve) => {
      const done = () => resolve(connection.connectionState === "connected");
      const look = () => ["connected", "failed", "closed"].includes(connection.connectionState) && done();
      connection.addEventListener("connectionstatechange", look);
      setTimeout(done, ms);
      look();
    });
  }

  useTrack(track) {
    return this.#sender.replaceTrack(track);
  }

  send(message) {
    if (this.#channel.readyState === "open") this.#channel.send(JSON.stringify(message));
  }

  close() {
    this.#closed = true;
    this.#timers.forEach(clearInterval);
    this.connection.close();
  }

  #openChannel() {
    const channel = this.connection.createDataChannel("warmline");
    this.#channel = channel;
    channel.onopen = () => {
      channel.send("ping");
      this.#timers.push(setInterval(() => channel.readyState === "open" && channel.send("ping"), PING_MS));
    };
    channel.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type !== "signalling") this.#on.message(message);
      else if (message.message?.type === "peerLeft") this.#on.over();
    };
  }

  #state(state) {
    if (this.#closed) return;
    if (state === "connected" && this.#packets < 0) {
      this.#packets = 0;
      this.#heard = performance.now();
      this.#timers.push(setInterval(() => this.#watch(), WATCH_MS));
      this.#on.connected();
    }
    if (state === "failed" || state === "closed") this.#on.quiet();
  }

  async #watch() {
    const stats = [...(await this.connection.getStats()).values()];
    const packets = stats.find((report) => report.type === "inbound-rtp")?.packetsReceived ?? 0;
    if (this.#closed) return;
    if (packets > this.#packets) {
      this.#packets = packets;
      this.#heard = performance.now();
    }
    const gone = this.connection.connectionState === "closed"; // of which the browser sends no event
    const quiet = gone || (this.#begun && performance.now() - this.#heard > QUIET_MS);
    if (quiet === this.#quiet) return;
    this.#quiet = quiet;
    if (quiet) this.#on.quiet();
    else this.#on.flowing();
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
