%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% So that the node never suffers: the rate governor, the levels, the fuse.  Works on the tracer's
%% state.
%%
%% The governor gives each window of 10 ms a budget of events.  When it is used up before the window
%% ends, nothing is traced until then (what came too much counts against the next windows): the flags of
%% a few processes are taken off, of many the VM's patterns for messages are set to none.  Where patterns
%% are not ours to touch and the processes are too many, it is the fuse.
%%
%%             two windows paused for 85 %, or 300 ms for half      two windows for 85 %
%%    events ───────────────────────────────────────────▶ edges ───────────────────────▶ off
%%       ▲                                                  │                             ▲
%%       └── calm for 2 s, 4 s … 60 s ──────────────────────┘                             │
%%        the tracer's queue, no credit, more lost than shown (the fuse, from any level) ─┘
%%
%% Switching by itself needs `automatic'; the fuse does not.  Off stays off until somebody asks.
-module(ov_probe_govern).
-include("ov_probe.hrl").
-export([new/1, left/1, until/1, spend/2, govern/2, settle/1, by_hand/3, tick/3]).

-define(WINDOW_NS, 10000000).
-define(HOT, 850).               % of a thousand
-define(HOT_WINDOWS, 2).
-define(WARM, 500).
-define(WARM_NS, 300000000).
-define(DEBT_NS, 10000000).      % at most, when there is a lower level to go to
-define(LONG_DEBT_NS, 90000000).
-define(FEW, 64).                % processes
-define(MANY, 2000).
-define(EDGES_RATE, 100000).     % at least, since an edge costs less
-define(QUEUE, 20000).
-define(BACKLOG_MS, 1500).         % without any credit
-define(BACKLOG_TICKS, 12).        % that lost more than was shown
-define(PATIENCE_MAX, 240).      % ticks
-define(RECHECK_NS, 5000000000).
-define(SENDER, [{['_', '$1', '_'], [], [{message, '$1'}]}]).

new(State) ->
    State#{gov => #{budget => none, window => ?WINDOW_NS, left => none, start => now_ns(),
                    until => none, since => ?LONG_AGO, by => none, hot => 0, warm => 0, behind => 0,
                    recheck => ?LONG_AGO},
           patterns => #{send => true, 'receive' => true}, hush => false}.

%% How many more events until govern/2 has to look.
left(#{gov := #{left := none}}) -> ?BATCH_RECORDS;
left(#{gov := #{until := none, left := Left}}) -> max(0, Left);
left(_) -> ?BATCH_RECORDS.

until(#{gov := #{until := Until}}) -> Until.

spend(_, #{gov := #{left := none}} = State) -> State;
spend(N, #{gov := #{left := Left} = Gov} = State) -> State#{gov := Gov#{left := Left - N}}.

%% ---- windows --------------------------------------------------------------------------------

govern(Now, State) ->
    fuse(window(Now, State)).

window(_, #{gov := #{left := none}} = State) ->
    State;
window(Now, #{gov := #{until := none, start := Start, window := Window, left := Left,
                       budget := Budget} = Gov} = State) ->
    End = Start + Window + debt(State),
    case Left =< 0 of
        true when Now < End -> hot(Now, pause(Now, End, State));
        _ when Now >= End ->
            State#{gov := Gov#{start := Now, left := Budget, hot := 0, warm := 0}};
        _ -> State
    end;
window(Now, #{gov := #{until := Until, start := Start, window := Window} = Gov} = State)
  when Now >= Until ->
    case Start + Window + debt(State) of
        End when Now < End -> State#{gov := Gov#{until := End}};
        _ -> resume(Now, State)
    end;
window(_, #{gov := #{left := Left, budget := Budget, by := patterns} = Gov} = State)
  when Left < -8 * Budget, Left < -?QUEUE ->
    %% What still comes are no messages.
    case ov_probe_scope:strip(?MANY, State) of
        ok -> State#{gov := Gov#{by := flags}};
        too_many -> trip(<<"rate">>, State)
    end;
window(_, State) ->
    State.

%% The time that what came too much is worth.
debt(#{gov := #{left := Left, window := Window, budget := Budget}} = State) when Left < 0 ->
    Most = case automatic(State) of [] -> ?LONG_DEBT_NS; _ -> ?DEBT_NS end,
    min(Most, -Left * Window div Budget);
debt(_) ->
    0.

%% The flags of a few processes are taken off in microseconds, whatever the schedulers do; changing a
%% pattern waits for all of them.
pause(Now, Until, #{gov := Gov} = State) ->
    Paused = State#{gov := Gov#{until := Until, since := Now}},
    case ov_probe_scope:strip(?FEW, Paused) of
        ok -> by(flags, Paused);
        too_many -> pause_messages(Paused)
    end.

pause_messages(#{vm := Vm} = State) ->
    {May, Vm2} = ov_probe_vm:may_pattern(Vm),
    Next = State#{vm := Vm2},
    case May orelse ov_probe_scope:strip(?MANY, Next) of
        true -> patterns(by(patterns, Next));
        ok -> by(flags, Next);
        too_many -> trip(<<"foreign-tracer">>, Next)
    end.

by(How, #{gov := #{until := Until, since := Now} = Gov} = State) ->
    erlang:send_after((Until - Now + 999999) div 1000000, self(), wake),
    State#{gov := Gov#{by := How}}.

%% How much of the window will be paused is known when the pause begins.
hot(Now, #{gov := #{until := Until, start := Start, hot := Hot, warm := Warm} = Gov} = State)
  when is_integer(Until) ->
    Share = (Until - Now) * 1000 div max(1, Until - Start),
    levels(Now, State#{gov := Gov#{hot := add(Share >= ?HOT, Hot, 1),
                                   warm := add(Share >= ?WARM, Warm, Until - Start)}});
hot(_, State) ->
    State.

add(true, Sum, More) -> Sum + More;
add(false, _, _) -> 0.

resume(Now, #{gov := #{since := Since, by := By, budget := Budget} = Gov} = State) ->
    Next = State#{gov := Gov#{until := none, by := none, start := Now, left := Budget}},
    Told = paused(Now - Since, Now, Next),
    _ = By =:= flags andalso ov_probe_scope:restore(Told),
    patterns(Told).

paused(Ns, Now, #{traces := Traces} = State) ->
    State#{traces := maps:map(fun(_, #{state := running, level := Level} = Trace)
                                    when Level =/= off -> paused_one(Ns, Now, Trace);
                                 (_, Trace) -> Trace
                              end, Traces)}.

paused_one(_, _, #{path := Path} = Trace) when Path =/= none ->
    Trace;
paused_one(Ns, Now, #{gaps := Gaps, paused := Sum, n := N, since := Since} = Trace) ->
    {C, P} = maps:get(governor, Gaps, {0, 0}),
    Trace#{paused := Sum + Ns, gaps := Gaps#{governor => {C, P + Ns}},
           since := case N =:= 0 andalso map_size(Gaps) =:= 0 of true -> Now; false -> Since end}.

%% ---- levels ---------------------------------------------------------------------------------

levels(Now, #{gov := #{hot := Hot, warm := Warm}} = State)
  when Hot >= ?HOT_WINDOWS; Warm >= ?WARM_NS ->
    down(Now, Hot >= ?HOT_WINDOWS, automatic(State), State);
levels(_, State) ->
    State.

automatic(#{traces := Traces}) ->
    [Trace || #{automatic := true, state := running, level := Level, path := none} = Trace
                  <- maps:values(Traces), Level =/= off].

%% First those that tell single events; when there are none, and it is still far too much, the fuse.
down(Now, IsHot, Automatic, State) ->
    case [Id || #{id := Id, level := events, kinds := Kinds} <- Automatic, has_messages(Kinds)] of
        [] when IsHot, Automatic =/= [] -> trip(<<"rate">>, State);
        [] -> State;
        Ids ->
            Down = lists:foldl(fun(Id, Acc) -> to_edges(Id, Now, Acc) end, State, Ids),
            cool(settle(Down))
    end.

has_messages(Kinds) -> is_map_key(send, Kinds) orelse is_map_key('receive', Kinds).

cool(#{gov := Gov} = State) -> State#{gov := Gov#{hot := 0, warm := 0}}.

to_edges(Id, Now, State) ->
    #{traces := #{Id := #{patience := Patience}}} = State,
    level(Id, edges, <<"rate">>, Now, State, #{calm => 0, patience => min(?PATIENCE_MAX, Patience * 2)}).

%% What was collected goes before the mark.
level(Id, Level, Why, Now, State, More) ->
    #{traces := Traces} = Flushed = ov_probe_trace:flush(Id, State),
    #{Id := #{marks := Marks, since := Since} = Trace} = Traces,
    Mark = {trace_level, ov_probe_trace:word(Level), Why, Now},
    Changed = maps:merge(Trace#{level := Level, marks := [Mark | Marks], window := Now,
                                since := case Marks of [] -> Now; _ -> Since end}, More),
    Flushed#{traces := Traces#{Id := Changed}}.

%% A person asks: {Answer, State}.
by_hand(Id, off, State) ->
    {{ok, off}, switch_off([Id], <<"user">>, State)};
by_hand(Id, Level, #{traces := Traces} = State) ->
    case Traces of
        #{Id := #{level := off, state := running, targets := Targets, calls := Calls}} ->
            Cleared = ov_probe_scope:clear(Id, State),
            Next = settle(level(Id, Level, <<"user">>, now_ns(), Cleared, #{calm => 0})),
            {{rearm, Targets, Calls}, Next};
        #{Id := #{state := running}} ->
            {{ok, Level}, settle(level(Id, Level, <<"user">>, now_ns(), State,
                                       #{calm => 0, begun => Level}))};
        _ ->
            {{error, <<"failed">>, <<"the trace is ending">>}, State}
    end.

%% ---- the fuse -------------------------------------------------------------------------------

fuse(#{out := Out} = State) ->
    {_, Queue} = process_info(self(), message_queue_len),
    case Queue > ?QUEUE andalso Queue > limit(State) of
        true -> trip(<<"queue">>, State);
        false ->
            case ov_probe_stream:starved_ms(erlang:monotonic_time(millisecond), Out) > ?BACKLOG_MS of
                true -> trip(<<"backlog">>, State);
                false -> State
            end
    end.

limit(#{traces := Traces}) ->
    lists:min([?FAR | [Queue || #{queue := Queue} <- maps:values(Traces)]]).

trip(Why, #{traces := Traces} = State) ->
    case [Id || #{id := Id, state := running, level := Level, path := none} <- maps:values(Traces),
                Level =/= off] of
        [] -> State;
        Ids -> switch_off(Ids, Why, State)
    end.

%% Messages by their pattern at once, the flags in slices.
switch_off(Ids, Why, #{gov := Gov} = State) ->
    Now = now_ns(),
    Quiet = patterns(State#{hush := true, gov := Gov#{until := none, by := none}}),
    Off = lists:foldl(fun(Id, Acc) -> off(Id, Why, Now, Acc) end, Quiet, Ids),
    settle(lists:foldl(fun ov_probe_scope:disarm/2, Off, Ids)).

off(Id, Why, Now, State) ->
    #{traces := Traces} = Off = level(Id, off, Why, Now, State, #{}),
    #{Id := #{gaps := Gaps} = Trace} = Traces,
    Off#{traces := Traces#{Id := Trace#{gaps := Gaps#{fuse => {0, 0}}}}}.

%% ---- after every change ---------------------------------------------------------------------

%% What the loop takes at once, the budget, and the patterns.
settle(#{jobs := Jobs, traces := Traces} = State) ->
    Hush = maps:get(hush, State) andalso Jobs =/= [],
    Live = [Trace || #{state := TraceState, level := Level} = Trace <- maps:values(Traces),
                     TraceState =:= running orelse TraceState =:= opening, Level =/= off],
    patterns(budget(Live, State#{hush := Hush, fast := fast(maps:values(Traces))})).

fast([#{id := Id, state := running, path := none, targets := Targets} = Trace]) ->
    case Trace of
        #{level := events, nodes := Nodes} -> {events, Id, Nodes};
        #{level := edges} ->
            {edges, Id, case lists:keymember(all, 1, Targets) of true -> wide; false -> Id end};
        #{level := off} -> {off, Id};
        _ -> none
    end;
fast(_) ->
    none.

budget(Live, #{gov := #{budget := Before} = Gov} = State) ->
    Rates = [rate(Trace) || #{path := none} = Trace <- Live],
    case Rates =:= [] orelse lists:max(Rates) of
        true -> unlimited(State);
        none -> unlimited(State);
        Rate ->
            Budget = max(1, Rate div 100),
            Window = max(?WINDOW_NS, Budget * 1000000000 div Rate),
            case Before of
                Budget -> State;
                _ -> State#{gov := Gov#{budget := Budget, window := Window, left := Budget,
                                        start := now_ns()}}
            end
    end.

unlimited(#{gov := #{until := none} = Gov} = State) ->
    State#{gov := Gov#{budget := none, left := none}};
unlimited(#{gov := #{by := By} = Gov} = State) ->
    _ = By =:= flags andalso ov_probe_scope:restore(State),
    State#{gov := Gov#{budget := none, left := none, until := none, by := none}}.

rate(#{rate := none}) -> none;
rate(#{rate := Rate, level := edges}) -> max(Rate, ?EDGES_RATE);
rate(#{rate := Rate}) -> Rate.

patterns(#{vm := Vm, patterns := Now} = State) ->
    Want = wanted(State),
    case Want =:= Now of
        true -> State;
        false ->
            case ov_probe_vm:may_pattern(Vm) of
                {true, Vm2} ->
                    lists:foreach(fun(Event) -> change(Event, Now, Want, Vm2) end, [send, 'receive']),
                    State#{vm := Vm2, patterns := Want};
                {false, Vm2} ->
                    State#{vm := Vm2, patterns := #{send => true, 'receive' => true}}
            end
    end.

change(Event, Now, Want, Vm) ->
    case {maps:get(Event, Now), maps:get(Event, Want)} of
        {Same, Same} -> ok;
        {_, Pattern} -> ov_probe_vm:messages(Event, Pattern, Vm)
    end.

wanted(#{hush := true}) ->
    #{send => false, 'receive' => false};
wanted(#{gov := #{by := patterns}}) ->
    #{send => false, 'receive' => false};
wanted(#{traces := Traces}) ->
    Live = [Trace || #{state := TraceState, level := Level} = Trace <- maps:values(Traces),
                     TraceState =/= finishing, Level =/= off],
    #{send => send([Match || #{kinds := #{send := _}, send_match := Match} <- Live]),
      'receive' => received([Trace || #{kinds := #{'receive' := _}} = Trace <- Live])}.

send([Match | _]) when Match =/= [] -> Match;
send(_) -> true.

%% Counted edges of everybody need no receiving; of some, the sender is worth knowing.
received([]) -> true;
received([#{receive_match := Match} | _]) when Match =/= [] -> Match;
received(Traces) ->
    Wide = [Trace || #{targets := Targets} = Trace <- Traces, lists:keymember(all, 1, Targets)],
    case {length(Wide) =:= length(Traces), [Trace || #{level := events} = Trace <- Wide]} of
        {true, []} -> false;
        {true, _} -> true;
        {false, _} -> ?SENDER
    end.

%% ---- four times a second --------------------------------------------------------------------

tick(Now, Elapsed, #{traces := Traces} = State) ->
    Calm = maps:fold(fun(_, Trace, Acc) -> calm(Trace, Now, Elapsed, Acc) end, State, Traces),
    recheck(Now, behind(Traces, Calm)).

%% More was lost for want of credit than was shown, for long: nobody gains by that.
behind(Before, #{traces := Traces, gov := #{behind := Ticks} = Gov} = State) ->
    Lost = maps:fold(fun(Id, Trace, Acc) -> Acc orelse is_behind(Trace, maps:get(Id, Before, Trace)) end,
                     false, Traces),
    case Lost of
        false -> State#{gov := Gov#{behind := max(0, Ticks - 1)}};
        true when Ticks + 1 < ?BACKLOG_TICKS -> State#{gov := Gov#{behind := Ticks + 1}};
        true -> trip(<<"backlog">>, State#{gov := Gov#{behind := 0}})
    end.

is_behind(#{sent := Sent, dropped := Dropped, level := Level}, #{told := {WasSent, WasDropped}}) ->
    Level =/= off andalso Dropped - WasDropped > Sent - WasSent.

%% Back to single events after a while of less than half of what would be too much.
calm(#{id := Id, automatic := true, state := running, level := edges, begun := events, rate := Rate,
       generated := Generated, last := {Before, _}, calm := Calm, patience := Patience},
     Now, Elapsed, #{traces := Traces} = State) ->
    Speed = (Generated - Before) * 1000000000 div Elapsed,
    IsCalm = Rate =:= none orelse Speed * 4 < Rate,
    case {IsCalm, Calm + 1 >= Patience} of
        {true, true} -> settle(level(Id, events, <<"calm">>, Now, State, #{calm => 0}));
        {true, false} -> set(Id, calm, Calm + 1, Traces, State);
        {false, _} -> set(Id, calm, 0, Traces, State)
    end;
calm(_, _, _, State) ->
    State.

set(Id, Key, Value, Traces, State) ->
    #{Id := Trace} = Traces,
    State#{traces := Traces#{Id := Trace#{Key := Value}}}.

%% Somebody else may have begun to trace where patterns are the node's.
recheck(Now, #{gov := #{recheck := At}} = State) when Now < At ->
    State;
recheck(Now, #{vm := Vm, gov := #{by := none} = Gov, patterns := Patterns} = State) ->
    case Patterns of
        #{send := true, 'receive' := true} ->
            State;
        _ ->
            Vm2 = ov_probe_vm:recheck(Vm),
            patterns(State#{vm := Vm2, gov := Gov#{recheck := Now + ?RECHECK_NS}})
    end;
recheck(_, State) ->
    State.

now_ns() -> erlang:monotonic_time(nanosecond).
