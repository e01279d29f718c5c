%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Trace messages as they go to the program: as the VM made them while their term is small, else
%% with a bounded view in its place.  Whether it is small is asked of the VM, whose walk costs a
%% small message some 50 ns and a large one less than copying it to us did.
-module(ov_probe_event).
-export([fits/2, trim/2, kind/1]).

-define(NODE_BYTES, 8).
-define(DEPTH, 12).
-define(LARGE, 500000).

%% Whether it takes no more room on the wire than so many nodes may.
fits(Term, Nodes) ->
    erlang:external_size(Term) =< Nodes * ?NODE_BYTES.

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
    View = {erlang:external_size(Term), brief(Term, Nodes)},
    %% A large one would count towards our heap until something else makes us collect.
    _ = element(1, View) > ?LARGE andalso erlang:garbage_collect(self(), [{type, minor}]),
    View.

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
