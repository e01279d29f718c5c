%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Births, deaths with their true reason, names and links as they happen, at no cost to those who
%% work.  A process with any trace flag is slower at messages (measured on OTP 25: by 40 %), so
%% flags stay on supervisors and application masters only:
%%
%%   - supervisors are traced for `procs' with set_on_spawn: a child is traced from its first
%%     instant (an init that fails is seen, with its reason), and until the next batch, when the
%%     child is monitored and its flags are taken back;
%%   - everybody else is monitored (MAX_MONITORED at most), which costs them nothing until they die;
%%   - who comes without a supervisor, or beyond these limits, is found by the sweep.
%%
%%            too many events             after 5, 10, 20, 40, 60 s
%%    full ───────────────────▶ polling ───────────────────────────▶ full
%%
%% Polling means no flags at all: births come from the sweep.  Each change is told in a GAP record.
%% "Too many" is a bucket of BURST trace messages that refills with RATE a second, or a long queue.
%%
%% A process that another tracer holds is never taken from it.  From OTP 27 on the trace session is
%% our own, and nobody is in anybody's way.
-module(ov_probe_life).
-include("ov_probe.hrl").
-export([start/5, translate/3]).

-define(RATE, 4000).
-define(BURST, 10000).
-define(QUEUE, 4000).
-define(REARM_MS, 5000).
-define(REARM_MAX_MS, 60000).
-define(MAX_MONITORED, 20000).
-define(MAX_NEWBORN, 200).     % read in full at a time
-define(REASON_NODES, 100).
-define(FLAGS, [procs, set_on_spawn, monotonic_timestamp]).

%% Sups are the supervisors that the last census saw; Guard keeps what must be undone.  Tracer is the
%% one who holds our flags for us, or none.
start(Out, Guard, Owner, Sups, {Mode, Tracer}) ->
    put('$process_label', <<"Overstory probe: lifecycle">>),
    State = #{out => Out, session => borrower(Tracer, session(Guard, Owner)), mode => polling, sups => #{},
              monitored => #{}, tokens => ?BURST, filled => now_ms(), backoff => ?REARM_MS,
              rearm => none, held => [], n_held => 0, fresh => #{}, told => {#{}, #{}},
              suspects => [], context => ov_probe_record:new(), offset => erlang:time_offset()},
    loop(begin_in(Mode, census(Sups, lent(State)))).

%% Our predecessor was killed in a flood: poll first.
begin_in(polling, State) -> calm(switch(polling, State));
begin_in(full, State) -> switch(full, State).

loop(State) ->
    receive
        Message -> loop(handle(Message, State))
    after timeout(State) ->
        loop(tick(State))
    end.

%% Events wait for BATCH_MS at most; with nothing to send there is only the rearming.
timeout(#{n_held := N, fresh := Fresh, out := Out, rearm := Rearm}) ->
    case N > 0 orelse map_size(Fresh) > 0 orelse not ov_probe_out:is_empty(Out) of
        true -> ?BATCH_MS;
        false when Rearm =:= none -> infinity;
        false -> max(0, Rearm - now_ms())
    end.

handle({trace_ts, Pid, Kind, Fact, Time}, State) ->
    spend(event(Kind, Pid, Fact, Time, stray(Pid, State)));
handle({trace_ts, Pid, Kind, Fact, More, Time}, State) ->
    spend(event(Kind, Pid, Fact, More, Time, stray(Pid, State)));
handle({'DOWN', _, process, Pid, Reason}, #{monitored := Monitored} = State) ->
    full_batch(down(Pid, Reason, State#{monitored := maps:remove(Pid, Monitored)}));
handle({ov_ack, Seq}, #{out := Out} = State) ->
    State#{out := ov_probe_out:ack(Seq, Out)};
handle({swept, Born, Died}, State) ->
    swept(Born, Died, State);
handle({census, Sups}, State) ->
    census(Sups, State);
handle({lend, Tracer}, State) ->
    lend(Tracer, State);
handle(stop, State) ->
    stop(State);
handle(_, State) ->
    State.

%% Flags go with their tracer; a session of OTP 27 does not.
stop(#{session := none}) ->
    exit(normal);
stop(#{session := {lent, _}} = State) ->
    switch(polling, State),
    exit(normal);
stop(#{session := Session}) ->
    apply(trace, session_destroy, [Session]),
    exit(normal).

%% ---- who is followed ------------------------------------------------------------------------

census(Sups, #{mode := Mode, sups := Known} = State) ->
    New = [Pid || Pid <- Sups ++ masters(), not is_map_key(Pid, Known)],
    Next = State#{sups := maps:merge(Known, maps:from_list([{Pid, []} || Pid <- New]))},
    Watched = watch(processes(), 0, Next),
    case Mode of
        full -> foreign([follow(Pid, Watched) || Pid <- New], Watched);
        polling -> Watched
    end.

%% Applications are started by their masters.
masters() ->
    Found = try ets:match(ac_tab, {{application_master, '_'}, '$1'}) catch error:_ -> [] end,
    [Pid || [Pid] <- Found, is_pid(Pid)].

watch([Pid | Pids], N, #{monitored := Monitored} = State)
  when map_size(Monitored) < ?MAX_MONITORED ->
    _ = N rem 200 =:= 199 andalso erlang:yield(),
    watch(Pids, N + 1, monitor_it(Pid, State));
watch(_, _, State) ->
    State.

monitor_it(Pid, #{monitored := Monitored} = State)
  when Pid =/= self(), not is_map_key(Pid, Monitored), map_size(Monitored) < ?MAX_MONITORED ->
    erlang:monitor(process, Pid),
    State#{monitored := Monitored#{Pid => []}};
monitor_it(_, State) ->
    State.

%% Those that another tracer holds are told, and left to it.
foreign(Followed, State) ->
    case length([no || no <- Followed]) of
        0 -> State;
        N -> hold({?R_GAP, N, <<"foreign-tracer">>}, State)
    end.

follow(Pid, #{session := Session}) -> flags(Session, Pid, true).

unfollow(Pid, #{session := Session}) -> flags(Session, Pid, false).

flags({lent, Tracer}, What, On) ->
    Tracer ! {life, What, On},
    yes;
flags(none, What, On) ->
    case try erlang:trace_info(What, tracer) catch error:badarg -> undefined end of
        {tracer, Other} when Other =/= [], Other =/= self() ->
            no;
        _ ->
            try erlang:trace(What, On, ?FLAGS), yes
            catch error:badarg -> is_alive(What)
            end
    end;
flags(Session, What, On) ->
    try apply(trace, process, [Session, What, On, ?FLAGS]), yes
    catch error:_ -> is_alive(What)
    end.

is_alive(Pid) when is_pid(Pid) ->
    case is_process_alive(Pid) of true -> no; false -> gone end;
is_alive(_) ->
    no.

%% ---- when there is a tracer of messages -----------------------------------------------------

%% Before OTP 27 a process has one tracer.  While there are traces, ours is the tracer of messages: it
%% holds our flags together with its own, and passes on what concerns us.
lend(_, #{session := Session} = State) when Session =/= none, not is_tuple(Session) ->
    State;
lend(none, #{mode := Mode} = State) ->
    begin_again(Mode, State#{session := none});
lend(Tracer, #{mode := Mode} = State) ->
    Quiet = switch_flags(polling, State),
    begin_again(Mode, lent(Quiet#{session := {lent, Tracer}})).

begin_again(full, State) -> switch_flags(full, State);
begin_again(polling, State) -> State.

borrower(Tracer, none) when is_pid(Tracer) -> {lent, Tracer};
borrower(_, Session) -> Session.

%% The tracer waits for this before it looks who belongs to others.
lent(#{session := {lent, Tracer}} = State) ->
    Tracer ! {life_lent, self()},
    State;
lent(State) ->
    State.

%% Children of traced ones that we learn of too late keep flags: taken back with their next event.
stray(Pid, #{mode := polling} = State) ->
    unfollow(Pid, State),
    State;
stray(Pid, #{sups := Sups, fresh := Fresh} = State)
  when is_map_key(Pid, Sups); is_map_key(Pid, Fresh) ->
    State;
stray(Pid, #{fresh := Fresh} = State) ->
    State#{fresh := Fresh#{Pid => []}}.

%% ---- events ---------------------------------------------------------------------------------

event(exit, Pid, Reason, Time, State) ->
    dead(Pid, Reason, at(Time, State), State);
event(register, Pid, Name, Time, State) when is_atom(Name) ->
    hold({?R_NAME, at(Time, State), Pid, Name, true}, State);
event(unregister, Pid, Name, Time, State) when is_atom(Name) ->
    hold({?R_NAME, at(Time, State), Pid, Name, false}, State);
event(link, Pid, Other, Time, State) when is_pid(Other) ->
    link_event(Pid, Other, true, Time, State);
event(unlink, Pid, Other, Time, State) when is_pid(Other) ->
    link_event(Pid, Other, false, Time, State);
event(_, _, _, _, State) ->
    State.

event(spawned, Pid, Parent, {M, F, Args}, Time, #{fresh := Fresh} = State)
  when is_atom(M), is_atom(F) ->
    {M2, F2, A2} = translate(M, F, Args),
    Record = {?R_BIRTH, at(Time, State), Pid, pid_or_none(Parent), M2, F2, A2},
    hold(Record, told(Pid, State#{fresh := Fresh#{Pid => []}}));
event(_, _, _, _, _, State) ->
    State.

down(Pid, noproc, State) ->
    dead(Pid, none, ov_probe_record:system_ns(), State);
down(Pid, Reason, State) ->
    dead(Pid, Reason, ov_probe_record:system_ns(), State).

%% Once for each process, whether the trace or the monitor was quicker.
dead(Pid, Reason, At, #{sups := Sups} = State) ->
    case is_told({dead, Pid}, State) of
        true -> State;
        false ->
            Known = State#{sups := maps:remove(Pid, Sups)},
            hold(death(Pid, Reason, At), told({dead, Pid}, Known))
    end.

death(Pid, none, At) ->
    {?R_DEATH, At, Pid, [], false};
death(Pid, Reason, At) ->
    {View, Cut} = ov_probe_cut:cut(Reason, ?REASON_NODES, 10),
    {?R_DEATH, At, Pid, {View}, Cut}.

%% The arguments of proc_lib's init tell what it will be, before it has run at all.
translate(proc_lib, init_p, [_, _, gen, init_it, [gen_event | _]]) ->
    {gen_event, init_it, 6};
translate(proc_lib, init_p, [_, _, gen, init_it, [_, _, _, Module, Arg | _]])
  when is_atom(Module) ->
    served(Module, Arg);
translate(proc_lib, init_p, [_, _, gen, init_it, [_, _, _, _Name, Module, Arg | _]])
  when is_atom(Module) ->
    served(Module, Arg);
translate(proc_lib, init_p, [_, _, M, F, Args]) when is_atom(M), is_atom(F), is_list(Args) ->
    {M, F, length(Args)};
translate(M, F, Args) when is_list(Args) ->
    {M, F, length(Args)};
translate(M, F, _) ->
    {M, F, 0}.

served(supervisor, {_, Module, _}) when is_atom(Module) -> {supervisor, Module, 1};
served(supervisor_bridge, [Module | _]) when is_atom(Module) -> {supervisor_bridge, Module, 1};
served(Module, _) -> {Module, init, 1}.

%% Those of a newborn come with its full record; the link is often told before the birth is.
link_event(Pid, Other, Gained, Time, #{fresh := Fresh} = State) ->
    Young = is_map_key(Pid, Fresh) orelse is_map_key(Other, Fresh),
    case not Young andalso is_known(Pid, State) andalso is_known(Other, State) of
        true -> hold({?R_LINK, at(Time, State), Pid, Other, Gained}, State);
        false -> State
    end.

is_known(Pid, #{monitored := Monitored, sups := Sups}) ->
    is_map_key(Pid, Monitored) orelse is_map_key(Pid, Sups).

hold(Record, #{held := Held, n_held := N} = State) ->
    State#{held := [Record | Held], n_held := N + 1}.

%% What was told is remembered for two sweeps.
told(What, #{told := {New, Old}} = State) ->
    State#{told := {New#{What => []}, Old}}.

is_told(What, #{told := {New, Old}}) ->
    is_map_key(What, New) orelse is_map_key(What, Old).

at(Time, #{offset := Offset}) ->
    erlang:convert_time_unit(Time + Offset, native, nanosecond).

pid_or_none(Pid) when is_pid(Pid) -> Pid;
pid_or_none(_) -> [].

%% ---- sending --------------------------------------------------------------------------------

tick(#{rearm := At} = State) ->
    Sent = flush(State),
    case At =/= none andalso now_ms() >= At of
        true -> switch(full, Sent#{rearm := none});
        false -> Sent
    end.

%% The events first, in their order, then full records of those that were born and still live;
%% of very many, some at a time, so that nothing runs long on end.
flush(#{held := Held, fresh := Fresh, out := Out, context := Context} = State) ->
    {Now, Later} = some(Fresh),
    Events = lists:foldl(fun ov_probe_out:add/2, Out, lists:reverse(Held)),
    Begun = State#{held := [], n_held := 0, fresh := Later, out := Events,
                   context := ov_probe_record:restart(Context)},
    #{out := Full} = Next = lists:foldl(fun newborn/2, Begun, Now),
    case ov_probe_out:flush(Full) of
        {ok, Done} ->
            Next#{out := Done};
        {full, Stuck} ->
            {N, Empty} = ov_probe_out:drop(Stuck),
            Next#{out := ov_probe_out:add({?R_GAP, N, <<"dropped">>}, Empty)}
    end.

some(Fresh) when map_size(Fresh) =< ?MAX_NEWBORN ->
    {maps:keys(Fresh), #{}};
some(Fresh) ->
    Now = take(?MAX_NEWBORN, maps:next(maps:iterator(Fresh))),
    {Now, maps:without(Now, Fresh)}.

take(N, {Pid, _, Next}) when N > 0 -> [Pid | take(N - 1, maps:next(Next))];
take(_, _) -> [].

%% From now on it is monitored; only a supervisor stays traced.
newborn(Pid, #{out := Out, context := Context, sups := Sups} = State) ->
    case ov_probe_record:read(Pid, Context) of
        {Record, ?B_SUPERVISOR, Context2} ->
            Next = State#{out := ov_probe_out:add(Record, Out), context := Context2,
                          sups := Sups#{Pid => []}},
            supervisor_born(Pid, monitor_it(Pid, Next));
        {Record, _, Context2} ->
            Next = State#{out := ov_probe_out:add(Record, Out), context := Context2},
            Monitored = monitor_it(Pid, Next),
            unfollow(Pid, Monitored),
            Monitored;
        none ->
            State
    end.

supervisor_born(Pid, #{mode := full} = State) -> follow(Pid, State), State;
supervisor_born(_, State) -> State.

full_batch(#{n_held := N} = State) when N >= ?BATCH_RECORDS -> flush(State);
full_batch(State) -> State.

%% ---- what the sweep found -------------------------------------------------------------------

%% A death that the sweep found may be on its way with its reason: it waits for the next sweep.
swept(Born, Died, #{suspects := Suspects, fresh := Fresh} = State) ->
    At = ov_probe_record:system_ns(),
    Silent = lists:foldl(fun(Pid, Acc) -> dead(Pid, none, At, Acc) end, State, Suspects),
    Unknown = [Pid || Pid <- Died, not is_told({dead, Pid}, Silent)],
    New = maps:from_list([{Pid, []} || Pid <- Born, not is_told(Pid, Silent)]),
    #{told := {Told, _}} = Silent,
    full_batch(Silent#{suspects := Unknown, told := {#{}, Told}, fresh := maps:merge(Fresh, New)}).

%% ---- the governor ---------------------------------------------------------------------------

spend(#{tokens := Tokens} = State) when Tokens > 0 ->
    watch_queue(full_batch(State#{tokens := Tokens - 1}));
spend(State) ->
    case refill(State) of
        #{tokens := Tokens} = Filled when Tokens > 0 -> full_batch(Filled);
        Filled -> give_way(Filled)
    end.

watch_queue(#{tokens := Tokens} = State) when Tokens rem 128 =:= 0 ->
    case process_info(self(), message_queue_len) of
        {_, Waiting} when Waiting > ?QUEUE -> give_way(State);
        _ -> refill(State)
    end;
watch_queue(State) ->
    State.

refill(#{filled := Filled, tokens := Tokens} = State) ->
    Now = now_ms(),
    State#{tokens := min(?BURST, Tokens + (Now - Filled) * ?RATE div 1000), filled := Now}.

give_way(#{mode := polling} = State) -> State;
give_way(State) -> calm(switch(polling, State)).

calm(#{backoff := Backoff} = State) ->
    State#{rearm := now_ms() + Backoff, backoff := min(Backoff * 2, ?REARM_MAX_MS),
           tokens := ?BURST, filled := now_ms()}.

switch(full, State) ->
    switch_flags(full, hold({?R_GAP, 0, <<"lifecycle-full">>}, State#{mode := full}));
switch(polling, State) ->
    hold({?R_GAP, 0, <<"lifecycle-polling">>}, (switch_flags(polling, State))#{mode := polling}).

switch_flags(full, #{sups := Sups} = State) ->
    foreign([follow(Pid, State) || Pid <- maps:keys(Sups)], State);
switch_flags(polling, #{sups := Sups, fresh := Fresh} = State) ->
    lists:foreach(fun(Pid) -> unfollow(Pid, State) end, maps:keys(Sups) ++ maps:keys(Fresh)),
    State.

%% A session of our own from OTP 27 on; the guard destroys it if we cannot.
session(Guard, Owner) ->
    case list_to_integer(erlang:system_info(otp_release)) >= 27 of
        true ->
            Session = apply(trace, session_create, [ov_probe, self(), []]),
            ov_probe_guard:undo_later(Guard, Owner, {trace, session_destroy, [Session]}),
            Session;
        false ->
            none
    end.

now_ms() -> erlang:monotonic_time(millisecond).
