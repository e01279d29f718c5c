%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The level of edges: who sends what to whom is counted here, on the node, and told a few times a
%% second.  The table is the tracer's process dictionary, where a pair of pids is found in 30 ns (with the
%% shape in the key it were 180), the sums are in an array of counters:
%%
%%    {From, To} => [{Id, Shape, Slot}]             edges of this window
%%    Reference => {Caller, Callee, Since, Id}      a call that has no answer yet
%%    {latencies, Id} => {N, List},  {edges, Id} => N,  {lost, Id} => N
%%    counters => {Array, Free}                     Free: slots that are not used
%%
%% A message is counted where it is sent.  What a traced process receives from one that is not traced
%% is counted where it arrives.  An answer to a call may be sent to an alias, a reference: the tag says
%% who asked.
-module(ov_probe_flow).
-include("ov_probe.hrl").
-export([fast/5, one/3, take/1, forget/1, window_ns/0, shape/1]).

-define(WINDOW_NS, 100000000).
-define(MAX_EDGES, 10000).     % different ones of a window
-define(MAX_SHAPES, 40).       % of one pair; what comes beyond has none
-define(PIECE, 1000).          % edges in one message
-define(MAX_LATENCIES, 200).   % of a window
-define(MAX_TAGS, 5000).
-define(TAG_NS, 10000000000).  % a call that is older is forgotten
-define(DEPTH, 4).             % as the program looks at messages
-define(TUPLE, 8).

window_ns() -> ?WINDOW_NS.

%% ---- counting -------------------------------------------------------------------------------

%% {Why, RoomLeft, Known}: until the window ends, the room is used up, or something else comes.  Known
%% are those of them that told of a message a second time.
fast(0, _, _, _, Known) ->
    {room, 0, Known};
fast(Room, Due, Id, View, Known) ->
    receive
        Own when ?OWN_TOLD(Own); ?OWN_ASKED(Own); ?OWN_ANSWERED(Own) ->
            fast(Room, Due, Id, View, Known);
        {trace_ts, From, send, Term, To, Time} ->
            sent(From, To, Term, Time, Id),
            next(Time, Room - 1, Due, Id, View, Known);
        {trace_ts, To, 'receive', Term, From, Time} ->
            More = received(From, To, Term, Time, Id, View),
            next(Time, Room - 1, Due, Id, View, Known + More);
        {trace_ts, To, 'receive', Term, Time} ->
            More = received(undefined, To, Term, Time, Id, View),
            next(Time, Room - 1, Due, Id, View, Known + More);
        Other ->
            {{other, Other}, Room, Known}
    end.

next(Time, Room, Due, _, _, Known) when Time >= Due -> {due, Room, Known};
next(_, Room, Due, Id, View, Known) -> fast(Room, Due, Id, View, Known).

%% How many messages that is: 1, or 0 when it is known already.
one({trace_ts, To, 'receive', Term, From, Time}, Id, View) -> 1 - received(From, To, Term, Time, Id, View);
one({trace_ts, To, 'receive', Term, Time}, Id, View) -> 1 - received(undefined, To, Term, Time, Id, View);
one({trace_ts, From, _, Term, To, Time}, Id, _) -> sent(From, To, Term, Time, Id), 1.

sent(From, To, {'$gen_call', {Caller, [alias | Ref]}, _} = Term, Time, Id) ->
    put(Ref, {Caller, To, Time, Id}),
    count(From, To, Term, Id);
sent(From, To, {'$gen_call', {Caller, Tag}, _} = Term, Time, Id) ->
    _ = is_tag(Tag) andalso put(reference(Tag), {Caller, To, Time, Id}),
    count(From, To, Term, Id);
sent(From, To, {[alias | Ref], _} = Term, Time, Id) ->
    answered(From, To, Ref, Term, Time, Id);
sent(From, To, {Tag, _} = Term, Time, Id) when is_reference(Tag) ->
    answered(From, To, Tag, Term, Time, Id);
sent(From, To, {[[alias | Ref] | _], _} = Term, Time, Id) ->
    answered(From, To, Ref, Term, Time, Id);
sent(From, To, Term, _, Id) ->
    count(From, To, Term, Id).

reference([[alias | Ref] | _]) -> Ref;
reference(Ref) -> Ref.

answered(From, To, Ref, Term, Time, Id) when is_reference(Ref) ->
    case get(Ref) of
        {Caller, _, Since, Id} ->
            erase(Ref),
            latency(Caller, From, Time - Since, Id),
            count(From, Caller, Term, Id);
        _ ->
            count(From, To, Term, Id)
    end;
answered(From, To, _, Term, _, Id) ->
    count(From, To, Term, Id).

latency(Caller, Callee, Ns, Id) when is_pid(Caller) ->
    case get({latencies, Id}) of
        undefined -> put({latencies, Id}, {1, [{Caller, Callee, Ns}]});
        {N, _} when N >= ?MAX_LATENCIES -> ok;
        {N, List} -> put({latencies, Id}, {N + 1, [{Caller, Callee, Ns} | List]})
    end;
latency(_, _, _, _) ->
    ok.

%% Counted already where it was sent, if the sender is traced too.
received(From, To, Term, Time, Id, {Scope, Members}) ->
    case Scope =:= wide orelse is_member(From, Id, Members) of
        true -> 1;
        false -> asked(To, Term, Time, Id), count(From, To, Term, Id), 0
    end.

%% The question of somebody who is not traced: the answer will go to him.
asked(To, {'$gen_call', {Caller, [alias | Ref]}, _}, Time, Id) ->
    put(Ref, {Caller, To, Time, Id});
asked(To, {'$gen_call', {Caller, Tag}, _}, Time, Id) ->
    is_tag(Tag) andalso put(reference(Tag), {Caller, To, Time, Id});
asked(_, _, _, _) ->
    ok.

is_member(From, Id, Members) ->
    case Members of
        #{From := Entries} -> lists:keymember(Id, 1, Entries);
        _ -> false
    end.

count(From, To, Term, Id) ->
    Known = get({From, To}),
    case slot(Known, Id, shape(Term)) of
        Slot when is_integer(Slot) -> add(Slot, erlang:external_size(Term), get(counters));
        Shape -> new(Known, From, To, Shape, Term, Id)
    end.

%% Its slot, or the shape again when there is none.
slot([{Id, Shape, Slot} | _], Id, Shape) -> Slot;
slot([_ | Others], Id, Shape) -> slot(Others, Id, Shape);
slot(_, _, Shape) -> Shape.

add(Slot, Size, {Array, _}) ->
    counters:add(Array, Slot, 1),
    counters:add(Array, Slot + 1, Size).

new(Known, From, To, Shape, Term, Id) when is_list(Known), length(Known) >= ?MAX_SHAPES, Shape =/= '_' ->
    case slot(Known, Id, '_') of
        '_' -> open(Known, From, To, '_', Term, Id);
        Slot -> add(Slot, erlang:external_size(Term), get(counters))
    end;
new(undefined, From, To, Shape, Term, Id) ->
    open([], From, To, Shape, Term, Id);
new(Known, From, To, Shape, Term, Id) ->
    open(Known, From, To, Shape, Term, Id).

open(Known, From, To, Shape, Term, Id) ->
    N = case get({edges, Id}) of undefined -> 0; Edges -> Edges end,
    case slots() of
        {Array, [Slot | Free]} when N < ?MAX_EDGES ->
            put(counters, {Array, Free}),
            put({edges, Id}, N + 1),
            put({From, To}, Known ++ [{Id, Shape, Slot}]),
            add(Slot, erlang:external_size(Term), {Array, Free});
        _ ->
            put({lost, Id}, case get({lost, Id}) of undefined -> 1; Lost -> Lost + 1 end)
    end.

slots() ->
    case get(counters) of
        undefined -> {counters:new(2 * ?MAX_EDGES, []), lists:seq(1, 2 * ?MAX_EDGES, 2)};
        Slots -> Slots
    end.

%% What a slot held; it is free again.
emptied(Slot) ->
    {Array, Free} = get(counters),
    Sum = {counters:get(Array, Slot), counters:get(Array, Slot + 1)},
    counters:put(Array, Slot, 0),
    counters:put(Array, Slot + 1, 0),
    put(counters, {Array, [Slot | Free]}),
    Sum.

%% ---- the end of a window --------------------------------------------------------------------

%% {Lost, [{Count, {Edges, Latencies}}]}.
take(Id) ->
    Edges = taken(Id, get()),
    Lost = case erase({lost, Id}) of undefined -> 0; N -> N end,
    Latencies = case erase({latencies, Id}) of undefined -> []; {_, List} -> List end,
    erase({edges, Id}),
    {Lost, pieces(Edges, Latencies)}.

taken(Id, Entries) ->
    Old = erlang:monotonic_time(nanosecond) - ?TAG_NS,
    {Edges, Tags} = lists:foldl(fun(Entry, Acc) -> taken(Entry, Id, Old, Acc) end, {[], 0}, Entries),
    _ = Tags > ?MAX_TAGS andalso [erase(Key) || {Key, _} <- Entries, is_reference(Key)],
    Edges.

taken({Key, {_, _, Since, _}}, _, Old, {Edges, Tags}) when is_reference(Key) ->
    _ = Since < Old andalso erase(Key),
    {Edges, Tags + 1};
taken({{From, To} = Key, [{_, _, _} | _] = Known}, Id, _, {Edges, Tags}) ->
    {Mine, Others} = lists:partition(fun({Of, _, _}) -> Of =:= Id end, Known),
    _ = case Others of [] -> erase(Key); _ -> put(Key, Others) end,
    {[edge(From, To, Entry) || Entry <- Mine] ++ Edges, Tags};
taken(_, _, _, Acc) ->
    Acc.

edge(From, To, {_, Shape, Slot}) ->
    {Count, Bytes} = emptied(Slot),
    {process(From), process(To), Shape, Count, Bytes}.

%% A name of this node becomes its process; of an alias nobody knows whose it is.
process(undefined) ->
    [];
process(Name) when is_atom(Name) ->
    case whereis(Name) of
        undefined -> Name;
        Pid -> Pid
    end;
process(Ref) when is_reference(Ref) -> [];
process(Other) -> Other.

pieces([], []) ->
    [];
pieces(Edges, Latencies) when length(Edges) =< ?PIECE ->
    [piece(Edges, Latencies)];
pieces(Edges, Latencies) ->
    {Now, Later} = lists:split(?PIECE, Edges),
    [piece(Now, []) | pieces(Later, Latencies)].

piece(Edges, Latencies) ->
    {lists:sum([Count || {_, _, _, Count, _} <- Edges]), {Edges, Latencies}}.

%% What is left of a trace that has ended.
forget(Id) ->
    _ = take(Id),
    lists:foreach(fun({Key, _}) -> is_of(Key, Id) andalso erase(Key) end, get()).

is_of(Key, _) when is_reference(Key) -> true;
is_of({Kind, Of}, Id) -> Of =:= Id andalso lists:member(Kind, [latencies, edges, lost]);
is_of(_, _) -> false.

%% ---- the form of a message ------------------------------------------------------------------

%% Atoms and the tuples around them stay, data becomes '_', a struct of Elixir keeps its name.
shape(Term) -> shape(Term, ?DEPTH).

shape(Atom, _) when is_atom(Atom) -> Atom;
shape(_, 0) -> '_';
shape({'$gen_call', _, Request}, Depth) -> {'$gen_call', '_', shape(Request, Depth - 1)};
shape({system, _, Request}, Depth) -> {system, '_', shape(Request, Depth - 1)};
shape({A, B}, Depth) when is_pid(A) ->
    case is_tag(B) of
        true -> '_';
        false -> {'_', shape(B, Depth - 1)}
    end;
shape({A, B}, Depth) -> {shape(A, Depth - 1), shape(B, Depth - 1)};
shape({A, B, C}, Depth) -> {shape(A, Depth - 1), shape(B, Depth - 1), shape(C, Depth - 1)};
shape([], _) -> [];
shape(#{'__struct__' := Name}, _) when is_atom(Name) -> #{'__struct__' => Name};
shape(Tuple, Depth) when is_tuple(Tuple), tuple_size(Tuple) =< ?TUPLE ->
    list_to_tuple([shape(Element, Depth - 1) || Element <- tuple_to_list(Tuple)]);
shape(Tuple, Depth) when is_tuple(Tuple) ->
    First = [shape(element(N, Tuple), Depth - 1) || N <- lists:seq(1, ?TUPLE)],
    list_to_tuple(First ++ ['…']);
shape(_, _) -> '_'.

is_tag(Tag) when is_reference(Tag) -> true;
is_tag([alias | Ref]) -> is_reference(Ref);
is_tag([[alias | Ref] | _]) -> is_reference(Ref);
is_tag(_) -> false.
