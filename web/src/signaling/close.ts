// Why a connection ended, and what to do then: the table "Close codes" of docs/signaling.md.

/** A typed reason for the end of one WebSocket. `network` is everything that no code of ours says. */
export type CloseReason =
  | "left"
  | "shutdown"
  | "notAllowed"
  | "badTicket"
  | "origin"
  | "tooLarge"
  | "unavailable"
  | "badMessage"
  | "joinTimeout"
  | "slow"
  | "replaced"
  | "removed"
  | "closed"
  | "network";

export function closeReason(code: number, reason: string): CloseReason {
  switch (code) {
    case 1000:
      return reason === "left" ? "left" : "network";
    case 1001:
      return "shutdown";
    case 1008:
      if (reason === "bad-ticket") return "badTicket";
      return reason === "origin" ? "origin" : "notAllowed";
    case 1009:
      return "tooLarge";
    case 1013:
      return "unavailable";
    case 4000:
      return "badMessage";
    case 4001:
      return "joinTimeout";
    case 4002:
      return "slow";
    case 4003:
      return "replaced";
    case 4004:
      return "removed";
    case 4005:
      return "closed";
    default:
      return "network";
  }
}

/**
 * What the client does after a close: join again at once, join again after a pause, or stop. `badTicket` is worth one
 * more ticket (the first may have been used by a join whose answer was lost), so it pauses too; see Connection.
 */
export function afterClose(reason: CloseReason): "again" | "pause" | "stop" {
  switch (reason) {
    case "shutdown":
    case "slow":
    case "network":
      return "again";
    case "unavailable":
    case "joinTimeout":
    case "badTicket":
      return "pause";
    case "left":
    case "notAllowed":
    case "origin":
    case "tooLarge":
    case "badMessage":
    case "replaced":
    case "removed":
    case "closed":
      return "stop";
  }
}
