%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A port mapper for a node that nobody has to find: it registers nowhere and remembers the
%% port, so that the node needs no epmd and no port has to be chosen before it is bound.
%% Named to the runtime by `-epmd_module`; OTP 23 to 29 ask for these functions.
-module(ov_sandbox_epmd).

-export([start_link/0, register_node/2, register_node/3, listen_port_please/2, port_please/2, port_please/3,
         address_please/3, names/1, get_port/0]).

start_link() ->
    ignore.

register_node(Name, Port) ->
    register_node(Name, Port, inet).

%% The creation tells two nodes of one name apart; numbers below 4 are the old, short ones.
register_node(_Name, Port, _Family) ->
    persistent_term:put(?MODULE, Port),
    {ok, 3 + rand:uniform(16#fffffff0)}.

listen_port_please(_Name, _Host) ->
    {ok, 0}.

port_please(Name, Host) ->
    port_please(Name, Host, infinity).

port_please(_Name, _Host, _Timeout) ->
    noport.

address_please(_Name, _Host, _Family) ->
    {ok, {127, 0, 0, 1}}.

names(_Host) ->
    {error, address}.

get_port() ->
    persistent_term:get(?MODULE).
