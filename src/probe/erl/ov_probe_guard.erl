%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The guard: one registered process per node, at priority max, that must work when nothing else
%% of the probe does.  It keeps the owners (one for each attached program) and what has to be
%% undone for each, watches that the programs are alive, and unloads the probe after the last.
%%
%%   entered ──▶ guarded ──▶ dropped ──▶ (last one) leaving ──▶ gone
%%                 │  ▲                        │
%%            ping ▼  │ pong                   └─▶ guarded, when somebody entered meanwhile
%%
%% A program is lost when its node goes down (killed: within milliseconds), or when it has not
%% answered a ping for LEASE_MS (stopped; no net tick would ever find that).  Loading and
%% unloading exclude each other by a local lock of `global', since a module that is being purged
%% kills those who just came to use it.
-module(ov_probe_guard).
-include("ov_probe.hrl").
-export([enter/3, undo_later/3, undone/3, leave/3, mind/3, mind/4, in_use/0]).

-define(TICK_MS, 400).
-define(LEASE_MS, 2200).
-define(QUEUE_LIMIT, 100000).
-define(PURGES, 1000).
-define(LOCK, <<"overstory probe">>).

%% ---- called by others -----------------------------------------------------------------------

in_use() ->
    whereis(?MODULE) =/= undefined.

%% A new owner for the program at To: {ok, Owner, Guard}.
enter(To, Options, Tries) when Tries > 0 ->
    Guard = guard(),
    Ref = erlang:monitor(process, Guard),
    Guard ! {enter, self(), Ref, To, Options},
    receive
        {Ref, Owner} ->
            erlang:demonitor(Ref, [flush]),
            {ok, Owner, Guard};
        {'DOWN', Ref, _, _, _} ->
            enter(To, Options, Tries - 1)
    end.

guard() ->
    case whereis(?MODULE) of
        undefined -> start_guard();
        Pid -> Pid
    end.

start_guard() ->
    Starter = self(),
    {Pid, Ref} = spawn_opt(fun() -> init(Starter) end, [monitor, {priority, max}]),
    receive
        {ready, Pid} -> erlang:demonitor(Ref, [flush]), Pid;
        {'DOWN', Ref, _, _, _} -> guard()
    end.

%% Before a process of Owner does what must be undone; the undoing is data: {M, F, Args} of a
%% module that is not ours.
undo_later(Guard, Owner, {_, _, _} = Undo) ->
    Ref = erlang:monitor(process, Guard),
    Guard ! {undo_later, self(), Ref, Owner, Undo},
    receive
        {Ref, ok} -> erlang:demonitor(Ref, [flush]), ok;
        {'DOWN', Ref, _, _, _} -> exit(no_guard)
    end.

%% It was undone by the one who did it.
undone(Guard, Owner, Undo) ->
    Guard ! {undone, self(), Owner, Undo},
    ok.

%% The guard looks after this helper's mailbox too, and undoes what it left when it ends.
mind(Guard, Owner, Pid) ->
    mind(Guard, Owner, Pid, ?QUEUE_LIMIT).

mind(Guard, Owner, Pid, QueueLimit) ->
    Guard ! {mind, Owner, Pid, QueueLimit},
    ok.

%% The owner asks to be dropped; the program hears {ov_gone, <<"detached">>} when everything is
%% as it was.
leave(Guard, Owner, Why) ->
    Guard ! {leave, Owner, Why},
    ok.

%% ---- the process ----------------------------------------------------------------------------

init(Starter) ->
    try register(?MODULE, self()) of
        true ->
            put('$process_label', <<"Overstory probe: guard">>),
            group_leader(whereis(init), self()),
            process_flag(trap_exit, true),
            Starter ! {ready, self()},
            tick_later(),
            loop(#{owners => #{}, unloader => none, farewell => []})
    catch
        error:badarg -> ok
    end.

loop(State) ->
    receive Message -> handle(Message, State) end.

handle({enter, From, Ref, To, Options}, #{owners := Owners} = State) ->
    Guard = self(),
    {Owner, Mon} = spawn_opt(fun() -> ov_probe:owner(Guard, To, Options) end,
                             [monitor, {max_heap_size, heap()}]),
    From ! {Ref, Owner},
    Entry = #{to => To, mon => Mon, journal => [], minded => #{}, lease => now_ms() + ?LEASE_MS},
    Guarded = State#{owners := Owners#{Owner => Entry}},
    case is_connected(node(To)) of
        true -> erlang:monitor_node(node(To), true), loop(Guarded);
        false -> loop(drop(Owner, <<"nodedown">>, Guarded))
    end;
handle({undo_later, From, Ref, Owner, Undo}, State) ->
    From ! {Ref, ok},
    loop(change(Owner, fun(E) -> journal([{From, Undo}], [], E) end, State));
handle({undone, From, Owner, Undo}, State) ->
    loop(change(Owner, fun(E) -> journal([], [{From, Undo}], E) end, State));
handle({mind, Owner, Pid, Limit}, State) ->
    loop(change(Owner, fun(#{minded := Minded} = E) ->
                               E#{minded := Minded#{Pid => {erlang:monitor(process, Pid), Limit}}}
                       end, State));
handle({ov_pong, Owner}, State) ->
    loop(change(Owner, fun(E) -> E#{lease := now_ms() + ?LEASE_MS} end, State));
handle({leave, Owner, Why}, State) ->
    loop(drop(Owner, Why, State));
handle({nodedown, Node}, #{owners := Owners} = State) ->
    Lost = [Owner || {Owner, #{to := To}} <- maps:to_list(Owners), node(To) =:= Node],
    loop(drop_all(Lost, <<"nodedown">>, State));
handle({'DOWN', _, process, Owner, _}, #{owners := Owners} = State)
  when is_map_key(Owner, Owners) ->
    loop(drop(Owner, <<"owner-died">>, State));
handle({'DOWN', _, process, Helper, _}, #{owners := Owners, unloader := Unloader} = State)
  when Helper =/= Unloader ->
    loop(State#{owners := maps:map(fun(_, Entry) -> helper_gone(Helper, Entry) end, Owners)});
handle({may_unload, Unloader, Ref}, #{owners := Owners, unloader := Unloader} = State) ->
    Unload = map_size(Owners) =:= 0,
    Unloader ! {Ref, Unload, maps:get(farewell, State)},
    case Unload of
        true -> ok;
        false -> loop(State#{unloader := none})
    end;
handle({'DOWN', _, process, Unloader, _}, #{owners := Owners, unloader := Unloader} = State) ->
    case map_size(Owners) of
        0 -> loop(unload(State));
        _ -> loop(State#{unloader := none})
    end;
handle(tick, #{owners := Owners} = State) ->
    tick_later(),
    Now = now_ms(),
    Late = [Owner || {Owner, #{lease := Lease}} <- maps:to_list(Owners), Lease < Now],
    Flooded = [Owner || {Owner, Entry} <- maps:to_list(Owners), is_flooded(Owner, Entry)],
    maps:fold(fun(Owner, #{to := To}, _) -> say(To, {ov_ping, self(), Owner}) end, ok, Owners),
    loop(drop_all(Flooded -- Late, <<"overloaded">>, drop_all(Late, <<"lease">>, State)));
handle(_, State) ->
    loop(State).

%% Monitoring a node that is gone would try to connect to it.
is_connected(Node) ->
    Node =:= node() orelse lists:member(Node, nodes(connected)).

tick_later() ->
    erlang:send_after(?TICK_MS, self(), tick).

change(Owner, Change, #{owners := Owners} = State) ->
    case Owners of
        #{Owner := Entry} -> State#{owners := Owners#{Owner := Change(Entry)}};
        _ -> State
    end.

%% A helper that drowns is killed; an owner that drowns is dropped.
is_flooded(Owner, #{minded := Pids}) ->
    [exit(Pid, kill) || {Pid, {_, Limit}} <- maps:to_list(Pids), waiting(Pid) > Limit],
    waiting(Owner) > ?QUEUE_LIMIT.

waiting(Pid) ->
    case process_info(Pid, message_queue_len) of
        {_, N} -> N;
        undefined -> 0
    end.

drop_all(Owners, Why, State) ->
    lists:foldl(fun(Owner, Acc) -> drop(Owner, Why, Acc) end, State, Owners).

%% Ends the owner (its helpers are linked to it), undoes its journal, and unloads after the last.
drop(Owner, Why, #{owners := Owners, farewell := Farewell} = State)
  when is_map_key(Owner, Owners) ->
    {#{to := To, mon := Mon, journal := Journal, minded := Minded}, Rest} = maps:take(Owner, Owners),
    exit(Owner, kill),
    lists:foreach(fun(Pid) -> exit(Pid, kill) end, maps:keys(Minded)),
    lists:foreach(fun await_end/1, [Mon | [Its || {Its, _} <- maps:values(Minded)]]),
    lists:foreach(fun undo/1, Journal),
    _ = is_connected(node(To)) andalso erlang:monitor_node(node(To), false),
    Gone = State#{owners := Rest},
    case map_size(Rest) of
        0 -> unload(Gone#{farewell := [{To, Why} | Farewell]});
        _ -> say(To, {ov_gone, Why}), Gone
    end;
drop(_, _, State) ->
    State.

%% A helper that still runs could do again what is being undone.
await_end(Mon) ->
    receive {'DOWN', Mon, _, _, _} -> ok
    after 1000 -> ok
    end.

journal(New, Done, #{journal := Journal} = Entry) ->
    Entry#{journal := New ++ (Journal -- Done)}.

helper_gone(Helper, #{minded := Minded, journal := Journal} = Entry) when is_map_key(Helper, Minded) ->
    {Its, Others} = lists:partition(fun({Pid, _}) -> Pid =:= Helper end, Journal),
    lists:foreach(fun undo/1, Its),
    Entry#{minded := maps:remove(Helper, Minded), journal := Others};
helper_gone(_, Entry) ->
    Entry.

undo({_, {M, F, Args}}) ->
    try apply(M, F, Args) catch _:_ -> failed end.

say(To, Message) ->
    erlang:send(To, Message, [nosuspend, noconnect]).

heap() ->
    #{size => ?HEAP_WORDS, kill => true, error_logger => false}.

now_ms() ->
    erlang:monotonic_time(millisecond).

%% ---- unloading ------------------------------------------------------------------------------

unload(#{unloader := none} = State) ->
    Guard = self(),
    {Unloader, _} = spawn_opt(fun() -> unloader(Guard) end, [monitor, {priority, high}]),
    State#{unloader := Unloader};
unload(State) ->
    State.

%% Waits until nobody is loading, asks the guard whether still nobody is there, and then becomes
%% a process that runs nothing of ours, so that our code can go: only functions that are loaded
%% on every node, called one after the other.  soft_purge never kills: a supervisor that is
%% just showing its state goes on, and the purge is tried again.
unloader(Guard) ->
    Lock = {?LOCK, self()},
    true = global:set_lock(Lock, [node()], 50),
    Ref = make_ref(),
    Mon = erlang:monitor(process, Guard),
    Guard ! {may_unload, self(), Ref},
    receive
        {Ref, true, Farewell} ->
            receive {'DOWN', Mon, _, _, _} -> ok end,
            {Ms, Fs, As} = lists:unzip3(last_calls(Lock, Farewell)),
            lists:zipwith3(fun erlang:apply/3, Ms, Fs, As);
        {Ref, false, _} ->
            global:del_lock(Lock, [node()]);
        {'DOWN', Mon, _, _, _} ->
            global:del_lock(Lock, [node()])
    end.

last_calls(Lock, Farewell) ->
    Purge = {lists, any, [fun code:soft_purge/1, lists:duplicate(?PURGES, ov_probe)]},
    [Purge, {code, delete, [ov_probe]}, Purge, {global, del_lock, [Lock, [node()]]}
     | [{erlang, send, [To, {ov_gone, Why}, [nosuspend, noconnect]]} || {To, Why} <- Farewell]].
