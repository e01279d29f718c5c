%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_trace_tests).
-include_lib("eunit/include/eunit.hrl").

-define(SPEC, #{id => 1, automatic => true, begun => events, level => events, calls => [], duration => 1000,
                flags => [send], kinds => #{send => []}, limit => 1000, nodes => 50, queue => 20000,
                rate => 20000, send_match => [], receive_match => [], targets => [{flat, self()}]}).
-define(SOON_MS, 1500).

%% What the lifecycle tracer says before anything is opened is not waited for again.
lent_before_opened_test() ->
    Owner = self(),
    Guard = spawn_link(fun guard/0),
    Tracer = spawn_link(fun() -> ov_probe_trace:start(Owner, Guard, Owner, Owner) end),
    receive {tracing, Tracer, _} -> ok end,
    Tracer ! {life_lent, Owner},
    Ref = make_ref(),
    Tracer ! {ask, Owner, Ref, {open, ?SPEC, #{}}},
    receive {Ref, Answer} -> ?assertEqual(ok, Answer)
    after ?SOON_MS -> error(waited)
    end,
    unlink(Tracer),
    exit(Tracer, kill),
    Guard ! stop,
    ok.

%% Says yes to whatever is to be undone later.
guard() ->
    receive
        {_, From, Ref, _, _} -> From ! {Ref, ok}, guard();
        stop -> ok
    end.
