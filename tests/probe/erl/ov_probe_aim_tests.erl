%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_aim_tests).
-behaviour(supervisor).
-include_lib("eunit/include/eunit.hrl").
-export([init/1, start_child/0]).

init(Children) -> {ok, {#{}, Children}}.

%% A child with a plain process of its own, which only a link and a parent tell of.
start_child() ->
    {ok, proc_lib:spawn_link(fun() ->
                                     spawn_link(fun() -> receive stop -> ok end end),
                                     receive stop -> ok end
                             end)}.

subtree_test() ->
    process_flag(trap_exit, true),
    Child = fun(Id) -> #{id => Id, start => {?MODULE, start_child, []}} end,
    Inner = #{id => inner, type => supervisor,
              start => {supervisor, start_link, [?MODULE, [Child(c)]]}},
    Stranger = spawn(fun() -> receive stop -> ok end end),
    {ok, Sup} = supervisor:start_link(?MODULE, [Child(a), Child(b), Inner]),
    Found = ov_probe_aim:subtree(Sup),
    ?assertEqual(Sup, hd(Found)),
    %% Two children with one each, the inner supervisor, and its child with one.
    ?assertEqual(1 + 4 + 1 + 2, length(Found)),
    ?assertNot(lists:member(self(), Found)),
    ?assertNot(lists:member(Stranger, Found)),
    Stranger ! stop,
    exit(Sup, shutdown),
    receive {'EXIT', Sup, _} -> ok end.
