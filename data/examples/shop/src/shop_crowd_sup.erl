%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% simple_one_for_one for any number of processes of one module.
-module(shop_crowd_sup).
-behaviour(supervisor).

-export([start_link/3, add/2, init/1]).

start_link(Name, Module, Restart) ->
    supervisor:start_link({local, Name}, ?MODULE, {Module, Restart}).

%% Starts one more, by Module:start_link(Argument).
add(Name, Argument) ->
    supervisor:start_child(Name, [Argument]).

init({Module, Restart}) ->
    Flags = #{strategy => simple_one_for_one, intensity => 30, period => 10},
    {ok, {Flags, [#{id => Module, start => {Module, start_link, []}, restart => Restart}]}}.
