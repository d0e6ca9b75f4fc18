// What a call takes from the browser, in one place, so that the rest of call/ runs without one.

import type { Socket } from "../signaling/connection";

export interface Environment {
  /** Whether this browser can hold a call at all. */
  supported(): boolean;
  peer(): RTCPeerConnection;
  mediaStream(): MediaStream;
  socket(url: string, protocol: string): Socket;
  /** The WebSocket's absolute address for a path on this host. */
  address(url: string): string;
  /** Calls back when the device has moved to another network; returns how to stop. */
  network(changed: () => void): () => void;
}

interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

export function browserEnvironment(): Environment {
  return {
    supported: () =>
      typeof RTCPeerConnection === "function" &&
      typeof WebSocket === "function" &&
      "addTransceiver" in RTCPeerConnection.prototype &&
      "sender" in RTCRtpTransceiver.prototype,
    peer: () => new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require", iceServers: [] }),
    mediaStream: () => new MediaStream(),
    socket: (url, protocol) => new WebSocket(url, protocol),
    address: (url) => {
      const address = new URL(url, location.href);
      address.protocol = address.protocol === "http:" || address.protocol === "ws:" ? "ws:" : "wss:";
      return address.href;
    },
    network: (changed) => {
      const info = (navigator as Navigator & { readonly connection?: NetworkInformation }).connection;
      let type = info?.type;
      const moved = (): void => {
        // `change` also tells of mere estimates; only another kind of network matters.
        if (info?.type === type) return;
        type = info?.type;
        if (type !== "none") changed();
      };
      addEventListener("online", changed);
      info?.addEventListener("change", moved);
      return () => {
        removeEventListener("online", changed);
        info?.removeEventListener("change", moved);
      };
    },
  };
}
