%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Trace messages as they go to the program: as the VM made them while their term is small, else
%% with a bounded view in its place.  The check is a walk that ends with the budget, so that a
%% small message costs little and a large one no more.
-module(ov_probe_event).
-export([fits/2, trim/2, kind/1]).

-define(BYTES, 256).
-define(DEPTH, 12).

%% Whether Term has at most so many nodes, and nothing in it that is large in itself.
fits(Term, Nodes) ->
    walk(Term, Nodes) >= 0.

walk(_, Room) when Room =< 0 -> -1;
walk(Term, Room) when is_atom(Term); is_pid(Term); is_reference(Term); is_float(Term) -> Room - 1;
walk([Head | Tail], Room) -> walk(Tail, walk(Head, Room));
walk([], Room) -> Room - 1;
walk(Term, Room) when is_tuple(Term) -> elements(Term, 1, tuple_size(Term), Room - 1);
walk(Term, Room) when is_integer(Term) -> small(Term, Room);
walk(Term, Room) when is_bitstring(Term), bit_size(Term) =< ?BYTES * 8 -> Room - 1;
walk(Term, _) when is_bitstring(Term) -> -1;
walk(Term, Room) when is_map(Term), map_size(Term) * 2 =< Room ->
    walk(maps:to_list(Term), Room + map_size(Term) * 2);
walk(Term, _) when is_map(Term) -> -1;
walk(Term, Room) when is_port(Term) -> Room - 1;
walk(_, _) -> -1.

elements(_, N, Size, Room) when N > Size -> Room;
elements(_, _, _, Room) when Room =< 0 -> -1;
elements(Term, N, Size, Room) -> elements(Term, N + 1, Size, walk(element(N, Term), Room)).

small(Term, Room) when Term < 1 bsl 59, Term > -(1 bsl 59) -> Room - 1;
small(Term, Room) when abs(Term) < 1 bsl 2048 -> Room - 1;
small(_, _) -> -1.

%% The event with its term cut, where that is needed.
trim({trace_ts, Pid, Kind, Term, Time} = Event, Nodes) ->
    case fits(Term, Nodes) of
        true -> Event;
        false -> {trace_cut, Pid, Kind, view(Term, Nodes), Time}
    end;
trim({trace_ts, Pid, Kind, First, Second, Time} = Event, Nodes) ->
    case fits(First, Nodes) andalso fits(Second, Nodes) of
        true -> Event;
        false -> cut(position(Kind), Pid, Kind, First, Second, Time, Nodes)
    end;
trim({seq_trace, Label, {Kind, Serial, From, To, Term}, Time} = Event, Nodes) ->
    case fits(Term, Nodes) of
        true -> Event;
        false -> {seq_trace, Label, {Kind, Serial, From, To, brief(Term, Nodes)}, Time}
    end;
trim(Event, _) ->
    Event.

%% Of two terms one is the programmer's; should the other not be small (an extra message of a match
%% specification), it is cut too, and nobody says how large it was.
cut(4, Pid, Kind, First, Second, Time, Nodes) ->
    {trace_cut, Pid, Kind, view(First, Nodes), brief(Second, Nodes), Time};
cut(5, Pid, Kind, First, Second, Time, Nodes) ->
    {trace_cut, Pid, Kind, brief(First, Nodes), view(Second, Nodes), Time}.

position(spawn) -> 5;
position(spawned) -> 5;
position(return_from) -> 5;
position(exception_from) -> 5;
position(_) -> 4.

view(Term, Nodes) ->
    {View, _} = ov_probe_cut:cut(Term, Nodes, ?DEPTH),
    {erlang:external_size(Term), View}.

brief(Term, Nodes) ->
    element(1, ov_probe_cut:cut(Term, Nodes, ?DEPTH)).

%% The word under which it is asked for.
kind(send) -> send;
kind(send_to_non_existing_process) -> send;
kind('receive') -> 'receive';
kind(call) -> call;
kind(return_from) -> call;
kind(return_to) -> call;
kind(exception_from) -> call;
kind(in) -> running;
kind(out) -> running;
kind(in_exiting) -> running;
kind(out_exiting) -> running;
kind(out_exited) -> running;
kind(gc_minor_start) -> garbage_collection;
kind(gc_minor_end) -> garbage_collection;
kind(gc_major_start) -> garbage_collection;
kind(gc_major_end) -> garbage_collection;
kind(gc_max_heap_size) -> garbage_collection;
kind(open) -> ports;
kind(closed) -> ports;
kind(_) -> procs.
