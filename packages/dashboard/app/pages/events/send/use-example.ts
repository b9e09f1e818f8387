/**
 * What data of an event name looked like: its schema for the editor, and its newest data as a start. It is
 * filled in by itself only while nobody has written anything, and asked for once the name rests.
 */
import { useEffect, useRef, useState } from "react";
import { useCall } from "../../../data/api.ts";
import { type EventDraft, writeObject } from "./draft.ts";

const NAME_RESTS_MS = 300;

export interface Example {
  schema: Record<string, unknown> | undefined;
  words: string;
  /** Puts the newest data into the editor; null: it is there, or there is none. */
  fill: (() => void) | null;
}

/** @param kept data was given by whoever opened the dialog: it stays. */
export function useExample(
  draft: EventDraft,
  kept: boolean,
  setDraft: (change: (before: EventDraft) => EventDraft) => void,
): Example {
  const name = useRested(draft.name.trim());
  const known = useCall(
    "getEventSchema",
    { params: { name } },
    { enabled: name !== "" && !name.includes("*") },
  );
  const seen = known.data && known.data.data.name === name ? known.data.data : null;
  const filled = useRef(kept ? draft.data : writeObject({}));
  const newest = seen?.example ? writeObject(seen.example) : null;
  const fill = (text: string) => {
    filled.current = text;
    setDraft((before) => ({ ...before, data: text }));
  };
  const untouched = !kept && draft.data === filled.current;
  useEffect(() => {
    if (untouched && newest !== null && newest !== filled.current) fill(newest);
  }, [untouched, newest]);
  return {
    schema: seen?.schema ?? undefined,
    words: wordsOf(name, seen?.samples ?? null),
    fill: newest !== null && newest !== draft.data ? () => fill(newest) : null,
  };
}

function wordsOf(name: string, samples: number | null): string {
  if (name === "" || samples === null)
    return "A JSON object. The editor completes the fields that were seen.";
  if (samples === 0) return "No event of this name was seen yet.";
  return `The editor knows the fields of the newest ${samples === 1 ? "event" : `${samples} events`} of this name.`;
}

function useRested(value: string): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), NAME_RESTS_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}
