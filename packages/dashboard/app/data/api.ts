/**
 * The API for pages: `useCall` reads through the cache, `usePages` reads a list page by page, `useAct`
 * writes. Keys of the cache are `[name, args]`, by which live changes find what they touch.
 */
import { type Answer, type AnswerOf, type CallName, type Meta, routes } from "@stepwell/api/dashboard";
import {
  type InfiniteData,
  type UseMutationResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useToast } from "../parts/toasts.tsx";
import { type ApiFailure, type ArgsOf, send } from "./call.ts";

export { ApiFailure, type ArgsOf, call } from "./call.ts";

export interface CallOptions {
  /** False: nothing is fetched yet. */
  enabled?: boolean | undefined;
  /** Also fetched each this many milliseconds. */
  everyMs?: number | undefined;
  /** False: live changes do not refetch it (`useLiveChanges` tells them). */
  live?: boolean | undefined;
  /** Milliseconds for which an answer is taken from the cache without asking again. */
  freshMs?: number | undefined;
}

/** What `useCall` gives: react-query's result of the whole envelope. */
export type CallResult<Name extends CallName> = UseQueryResult<Answer<AnswerOf<Name>>, ApiFailure>;

/** Reads. While other arguments are being fetched the last answer stays (`isPlaceholderData`). */
export function useCall<Name extends CallName>(
  name: Name,
  args: ArgsOf<Name>,
  options: CallOptions = {},
): CallResult<Name> {
  return useQuery<Answer<AnswerOf<Name>>, ApiFailure>({
    queryKey: [name, args],
    queryFn: ({ signal }) => send(name, args, signal),
    placeholderData: keepOf(args) as never,
    ...shared(options),
  });
}

type ListName = { [N in CallName]: AnswerOf<N> extends readonly unknown[] ? N : never }[CallName];
type RowOf<Name extends ListName> = AnswerOf<Name> extends readonly (infer Row)[] ? Row : never;

export interface Pages<Row> {
  rows: readonly Row[];
  /** Of the newest page; null: none yet. */
  meta: Meta | null;
  /** Of the last page: how far a search looked. */
  searchedTo: string | null;
  /** The first page is on its way, and there is nothing to show. */
  loading: boolean;
  /** What is shown belongs to other arguments than those asked for. */
  stale: boolean;
  error: ApiFailure | null;
  more: boolean;
  loadingMore: boolean;
  loadMore(): void;
  refetch(): void;
}

/** Reads a list page by page (`cursor` is its own business). */
export function usePages<Name extends ListName>(
  name: Name,
  args: ArgsOf<Name>,
  options: CallOptions = {},
): Pages<RowOf<Name>> {
  type Page = Answer<AnswerOf<Name>>;
  const result = useInfiniteQuery<Page, ApiFailure, InfiniteData<Page>, unknown[], string | null>({
    queryKey: [name, args, "pages"],
    initialPageParam: null,
    queryFn: ({ signal, pageParam }) => {
      const query = {
        ...(args as { query?: object }).query,
        ...(pageParam !== null && { cursor: pageParam }),
      };
      return send(name, { ...args, query } as ArgsOf<Name>, signal);
    },
    getNextPageParam: (last) => last.page?.next ?? null,
    placeholderData: keepOf(args) as never,
    ...shared(options),
  });
  const pages = result.data?.pages ?? [];
  return {
    rows: pages.flatMap((page) => page.data as unknown as RowOf<Name>[]),
    meta: pages[0]?.meta ?? null,
    searchedTo: pages.at(-1)?.meta.searchedTo ?? null,
    loading: result.isPending,
    stale: result.isPlaceholderData,
    error: result.error,
    more: result.hasNextPage,
    loadingMore: result.isFetchingNextPage,
    loadMore: () => void result.fetchNextPage(),
    refetch: () => void result.refetch(),
  };
}

export interface ActOptions<Name extends CallName> {
  /** Reads to fetch again after it succeeded; live changes come besides. */
  invalidates?: readonly CallName[];
  /** Words for a toast when it succeeded; null: none. */
  success?: string | ((answer: AnswerOf<Name>) => string | null);
  /** True: the caller shows failures; otherwise they become a toast. */
  quiet?: boolean;
  onDone?(answer: AnswerOf<Name>): void;
}
/** What `useAct` gives: react-query's mutation; `mutate(args)` or `mutateAsync(args)`. */
export type Act<Name extends CallName> = UseMutationResult<Answer<AnswerOf<Name>>, ApiFailure, ArgsOf<Name>>;

/** Writes. A failure becomes a toast unless `quiet`. */
export function useAct<Name extends CallName>(name: Name, options: ActOptions<Name> = {}): Act<Name> {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation<Answer<AnswerOf<Name>>, ApiFailure, ArgsOf<Name>>({
    mutationKey: [name],
    mutationFn: (args) => send(name, args),
    onSuccess: ({ data }) => {
      for (const touched of options.invalidates ?? []) void client.invalidateQueries({ queryKey: [touched] });
      const words = typeof options.success === "function" ? options.success(data) : options.success;
      if (words) toast({ kind: "success", title: words });
      options.onDone?.(data);
    },
    onError: (error) => {
      if (!options.quiet && error.status !== 401)
        toast({
          kind: "failure",
          title: `${routes[name].summary}: refused`,
          text: error.message,
          requestId: error.requestId,
        });
    },
  });
}

/** The last answer stays while another filter or page is read, but never one thing under another's name. */
function keepOf(args: { params?: unknown }) {
  return (last: unknown, query: { queryKey: readonly unknown[] } | undefined) => {
    const before = (query?.queryKey[1] as { params?: unknown } | undefined)?.params;
    return JSON.stringify(before) === JSON.stringify(args.params) ? last : undefined;
  };
}

function shared({ enabled, everyMs, live, freshMs }: CallOptions) {
  return {
    ...(enabled !== undefined && { enabled }),
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
    ...(freshMs !== undefined && { staleTime: freshMs }),
    meta: { live: live ?? true },
  };
}
