%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Births, deaths with their true reason, names and links as they happen: this process is a
%% tracer of `procs' events.  It never takes a process from another tracer, and it gives way:
%%
%%            too many events                  too many events
%%    all ───────────────────▶ supervised ───────────────────────▶ polling
%%     ▲                            │                                  │
%%     └──────── rearm ◀────────────┴──────────────────────────────────┘
%%               after 5, 10, 20, 40, 60 s of calm
%%
%% all: every process.  supervised: supervisors and their children.  polling: nobody; births and
%% deaths come from the sweep, without reasons.  Each change is told in a GAP record.  "Too many"
%% is a bucket of BURST trace messages that refills with RATE a second, or QUEUE waiting.
%%
%% From OTP 27 on the trace session is our own; before, there is one tracer for a process: those
%% that another one traces stay with it (and are told as a GAP), and so does the flag for new ones.
-module(ov_probe_life).
-include("ov_probe.hrl").
-export([start/5]).

-define(RATE, 4000).
-define(BURST, 10000).
-define(QUEUE, 1000).
-define(REARM_MS, 5000).
-define(REARM_MAX_MS, 60000).
-define(MAX_FOLLOWED, 10000).
-define(REASON_NODES, 100).

%% Guard keeps what must be undone; Sups are the supervisors that the census saw.
start(Out, Guard, Owner, Sups, Mode) ->
    put('$process_label', <<"Overstory probe: lifecycle">>),
    Session = session(Guard, Owner),
    State = #{out => Out, session => Session, mode => polling, sups => maps:from_list(
                                                                  [{P, []} || P <- Sups]),
              tokens => ?BURST, filled => now_ms(), backoff => ?REARM_MS, rearm => none,
              foreign => [], held => [], fresh => #{}, told => {#{}, #{}}, suspects => [],
              context => ov_probe_record:new(), offset => erlang:time_offset()},
    loop(begin_in(Mode, State)).

%% Our predecessor was killed in a flood: poll first.
begin_in(polling, State) -> calm(switch(polling, State));
begin_in(all, State) -> switch(all, State).

loop(State) ->
    receive
        Message -> loop(handle(Message, State))
    after timeout(State) ->
        loop(tick(State))
    end.

%% Events wait for BATCH_MS at most; with nothing to send there is only the rearming.
timeout(#{held := [_ | _]}) -> ?BATCH_MS;
timeout(#{out := Out, rearm := Rearm}) ->
    case {ov_probe_out:is_empty(Out), Rearm} of
        {false, _} -> ?BATCH_MS;
        {true, none} -> infinity;
        {true, At} -> max(0, At - now_ms())
    end.

handle({trace_ts, Pid, Kind, Fact, Time}, State) ->
    spend(event(Kind, Pid, Fact, Time, State));
handle({trace_ts, Pid, Kind, Fact, More, Time}, State) ->
    spend(event(Kind, Pid, Fact, More, Time, State));
handle({ov_ack, Seq}, #{out := Out} = State) ->
    State#{out := ov_probe_out:ack(Seq, Out)};
handle({swept, Born, Died}, State) ->
    swept(Born, Died, State);
handle({supervisors, Pids}, State) ->
    State#{sups := maps:from_list([{P, []} || P <- Pids])};
handle({others, Others}, State) ->
    others_found(Others, State#{foreign := Others});
handle(stop, State) ->
    stop(State);
handle(_, State) ->
    State.

others_found([], State) -> State;
others_found(Others, State) -> hold({?R_GAP, length(Others), <<"foreign-tracer">>}, State).

%% Before OTP 27 our end is enough: flags go with their tracer.
stop(#{session := none}) ->
    exit(normal);
stop(#{session := Session}) ->
    apply(trace, session_destroy, [Session]),
    exit(normal).

%% ---- events ---------------------------------------------------------------------------------

event(exit, Pid, Reason, Time, #{sups := Sups} = State) ->
    {View, Cut} = ov_probe_cut:cut(Reason, ?REASON_NODES, 10),
    Known = State#{sups := maps:remove(Pid, Sups)},
    hold({?R_DEATH, at(Time, State), Pid, {View}, Cut}, told(Pid, Known));
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

event(spawned, Pid, Parent, Call, Time, State) ->
    born(Pid, Parent, Call, Time, State);
event(spawn, Parent, Pid, Call, Time, #{mode := supervised, sups := Sups} = State)
  when is_map_key(Parent, Sups) ->
    follow(Pid, State),
    born(Pid, Parent, Call, Time, State);
event(_, _, _, _, _, State) ->
    State.

%% The arguments of proc_lib's init tell what it will be, before it has run at all.
born(Pid, Parent, {M, F, Args}, Time, #{fresh := Fresh, sups := Sups} = State) ->
    {M2, F2, A2} = translate(M, F, Args),
    Sups2 = case M2 of
                supervisor -> Sups#{Pid => []};
                _ -> Sups
            end,
    Record = {?R_BIRTH, at(Time, State), Pid, pid_or_none(Parent), M2, F2, A2},
    hold(Record, told(Pid, State#{fresh := Fresh#{Pid => []}, sups := Sups2}));
born(_, _, _, _, State) ->
    State.

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

%% Only between processes that live longer than one batch, and only where a supervisor, or a
%% child of one, may be concerned: others are read when somebody looks.
link_event(Pid, Other, Gained, Time, #{fresh := Fresh, sups := Sups} = State) ->
    Young = is_map_key(Pid, Fresh) orelse is_map_key(Other, Fresh),
    case not Young andalso (is_map_key(Pid, Sups) orelse is_map_key(Other, Sups)) of
        true -> hold({?R_LINK, at(Time, State), Pid, Other, Gained}, State);
        false -> State
    end.

hold(Record, #{held := Held} = State) ->
    State#{held := [Record | Held]}.

told(Pid, #{told := {New, Old}} = State) ->
    State#{told := {New#{Pid => []}, Old}}.

at(Time, #{offset := Offset}) ->
    erlang:convert_time_unit(Time + Offset, native, nanosecond).

pid_or_none(Pid) when is_pid(Pid) -> Pid;
pid_or_none(_) -> [].

%% ---- sending --------------------------------------------------------------------------------

tick(#{rearm := At} = State) ->
    Sent = flush(State),
    case At =/= none andalso now_ms() >= At of
        true -> switch(all, Sent#{rearm := none});
        false -> Sent
    end.

%% The events first, in their order, then full records of those that were born and still live.
flush(#{held := Held, fresh := Fresh, out := Out, context := Context} = State) ->
    Events = lists:foldl(fun ov_probe_out:add/2, Out, lists:reverse(Held)),
    Restarted = ov_probe_record:restart(Context),
    {Full, Context2} = maps:fold(fun newborn/3, {Events, Restarted}, Fresh),
    Next = State#{held := [], fresh := #{}, context := Context2},
    case ov_probe_out:flush(Full) of
        {ok, Done} ->
            Next#{out := Done};
        {full, Stuck} ->
            {N, Empty} = ov_probe_out:drop(Stuck),
            Next#{out := ov_probe_out:add({?R_GAP, N, <<"dropped">>}, Empty)}
    end.

newborn(Pid, _, {Out, Context}) ->
    case ov_probe_record:read(Pid, Context) of
        {Record, _, Context2} -> {ov_probe_out:add(Record, Out), Context2};
        none -> {Out, Context}
    end.

full_batch(#{held := Held} = State) when length(Held) >= ?BATCH_RECORDS -> flush(State);
full_batch(State) -> State.

%% ---- what the sweep found -------------------------------------------------------------------

%% A death that the sweep found may be on its way as an event: it waits for the next sweep.
swept(Born, Died, #{told := {New, Old}, suspects := Suspects, mode := Mode} = State) ->
    IsTold = fun(Pid) -> is_map_key(Pid, New) orelse is_map_key(Pid, Old) end,
    Missed = [Pid || Pid <- Suspects, not IsTold(Pid)],
    Unknown = [Pid || Pid <- Died, not IsTold(Pid)],
    {Dead, Later} = case Mode of
                        polling -> {Missed ++ Unknown, []};
                        _ -> {Missed, Unknown}
                    end,
    At = ov_probe_record:system_ns(),
    Next = lists:foldl(fun(Pid, Acc) -> hold({?R_DEATH, At, Pid, [], false}, Acc) end,
                       State#{suspects := Later, told := {#{}, New}}, Dead),
    Fresh = maps:from_list([{Pid, []} || Pid <- Born, not IsTold(Pid)]),
    full_batch(Next#{fresh := maps:merge(maps:get(fresh, Next), Fresh)}).

%% ---- the governor ---------------------------------------------------------------------------

spend(#{tokens := Tokens} = State) when Tokens > 0 ->
    watch_queue(full_batch(State#{tokens := Tokens - 1}));
spend(#{filled := Filled} = State) ->
    Now = now_ms(),
    case min(?BURST, (Now - Filled) * ?RATE div 1000) of
        Tokens when Tokens > 0, Now - Filled >= 100 ->
            full_batch(State#{tokens := Tokens, filled := Now});
        _ -> give_way(State)
    end.

watch_queue(#{tokens := Tokens} = State) when Tokens rem 128 =:= 0 ->
    case process_info(self(), message_queue_len) of
        {_, Waiting} when Waiting > ?QUEUE -> refill(State, Waiting);
        _ -> refill(State, 0)
    end;
watch_queue(State) ->
    State.

%% A queue is only alarming when it is not the echo of one short burst.
refill(State, Waiting) when Waiting > ?QUEUE * 4 ->
    give_way(State);
refill(#{filled := Filled, tokens := Tokens} = State, _) ->
    Now = now_ms(),
    More = (Now - Filled) * ?RATE div 1000,
    State#{tokens := min(?BURST, Tokens + More), filled := Now}.

give_way(#{mode := all, sups := Sups} = State) when map_size(Sups) > 0 ->
    calm(switch(supervised, State));
give_way(#{mode := polling} = State) ->
    State;
give_way(State) ->
    calm(switch(polling, State)).

calm(#{backoff := Backoff} = State) ->
    State#{rearm := now_ms() + Backoff, backoff := min(Backoff * 2, ?REARM_MAX_MS),
           tokens := ?BURST, filled := now_ms()}.

%% ---- switching ------------------------------------------------------------------------------

switch(Mode, #{mode := From, session := Session} = State) ->
    off(From, State),
    on(Mode, State),
    hold({?R_GAP, 0, mode_text(Mode)},
         State#{mode := Mode, foreign := look_for_others(Mode, Session)}).

mode_text(all) -> <<"lifecycle-full">>;
mode_text(supervised) -> <<"lifecycle-supervised">>;
mode_text(polling) -> <<"lifecycle-polling">>.

%% Turning everybody off would take the flag from those that another tracer holds as well.
off(polling, _) -> ok;
off(_, #{session := none, foreign := []}) -> flags(none, all, false);
off(_, #{session := none}) -> off_each(processes(), 0);
off(_, #{session := Session}) -> flags(Session, all, false).

%% The VM passes over processes that another tracer holds, but not over the flag for new ones.
on(all, #{session := none}) ->
    case tracer(new_processes) of
        none -> flags(none, all, true);
        _ -> flags(none, existing_processes, true)
    end;
on(all, #{session := Session}) ->
    flags(Session, all, true);
on(supervised, #{sups := Sups} = State) ->
    Pids = maps:keys(Sups),
    lists:foreach(fun(Pid) -> follow(Pid, State) end,
                  Pids ++ children(Pids, ?MAX_FOLLOWED));
on(polling, _) ->
    ok.

children([Sup | Sups], Room) when Room > 0 ->
    case process_info(Sup, links) of
        {_, Links} ->
            Pids = ov_probe_record:pid_list(Links, Room),
            Pids ++ children(Sups, Room - length(Pids));
        undefined ->
            children(Sups, Room)
    end;
children(_, _) ->
    [].

follow(Pid, #{session := Session}) when Pid =/= self(), node(Pid) =:= node() ->
    flags(Session, Pid, true);
follow(_, _) ->
    ok.

flags(none, What, On) ->
    try erlang:trace(What, On, [procs, monotonic_timestamp, {tracer, self()}])
    catch error:badarg -> 0
    end;
flags(Session, What, On) ->
    try apply(trace, process, [Session, What, On, [procs, monotonic_timestamp]])
    catch error:_ -> 0
    end.

%% Where others trace too, only our own flags are taken back.
off_each(Pids, N) ->
    Self = self(),
    lists:foldl(fun(Pid, Count) ->
                        _ = Count rem 100 =:= 0 andalso erlang:yield(),
                        tracer(Pid) =:= Self andalso flags(none, Pid, false),
                        Count + 1
                end, N, [new_processes | Pids]).

%% Who is traced by others is found out beside the work: it costs some microseconds a process.
look_for_others(all, none) ->
    Life = self(),
    spawn_opt(fun() -> Life ! {others, others([new_processes | processes()], Life, [], 1)} end,
              [link, {priority, low}]),
    unknown;
look_for_others(_, _) ->
    [].

others([Who | Rest], Life, Found, N) ->
    _ = N rem 100 =:= 0 andalso erlang:yield(),
    case tracer(Who) of
        none -> others(Rest, Life, Found, N + 1);
        Life -> others(Rest, Life, Found, N + 1);
        _ -> others(Rest, Life, [Who | Found], N + 1)
    end;
others([], _, Found, _) ->
    Found.

tracer(Who) when Who =:= self() ->
    none;
tracer(Who) ->
    case erlang:trace_info(Who, tracer) of
        {tracer, []} -> none;
        {tracer, Tracer} -> Tracer;
        undefined -> none
    end.

%% A session of our own from OTP 27 on; the guard destroys it if we cannot.
session(Guard, Owner) ->
    case has_sessions() of
        true ->
            Session = apply(trace, session_create, [ov_probe, self(), []]),
            ov_probe_guard:undo_later(Guard, Owner, {trace, session_destroy, [Session]}),
            Session;
        false ->
            none
    end.

has_sessions() ->
    list_to_integer(erlang:system_info(otp_release)) >= 27.

now_ms() -> erlang:monotonic_time(millisecond).
