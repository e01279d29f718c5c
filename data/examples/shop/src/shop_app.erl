%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The application callback: where the shop begins and ends.
-module(shop_app).
-behaviour(application).

-export([start/2, stop/1]).

start(_Type, _Arguments) ->
    shop_sup:start_link().

stop(_State) ->
    ok.
