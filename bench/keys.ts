/** Keys and names that the processes of a bench share. */
export const EVENT_KEY = "bench-event-key";
export const SIGNING_KEY = "signkey-test-00112233445566778899aabbccddeeff";
/** The SDK client's id. */
export const APP = "bench";
