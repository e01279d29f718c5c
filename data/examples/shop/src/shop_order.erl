%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The life of an order:
%%
%%   placed --stock taken--> paying --charged--> packing --packed--> shipped --arrived--> delivered (ends)
%%     ^ |                    ^ |
%%     +-+ out of stock       +-+ the bank failed: once more, at most five times
%%
%% On the road an order tells its customer now and then where it is. A parcel that is late is asked for again: the packer may have been restarted and have forgotten it.
-module(shop_order).
-behaviour(gen_statem).

-export([start_link/3]).
-export([init/1, callback_mode/0, placed/3, paying/3, packing/3, shipped/3]).

-define(RETRY_MS, 700).
-define(PATIENCE_MS, 120000).
-define(STEP_MS, 2000).
-define(ROAD_KM, 30).
-define(ATTEMPTS, 5).

-record(order, {number, customer, articles, cents = 0, attempts = 0, km = ?ROAD_KM}).

start_link(Number, Customer, Articles) ->
    gen_statem:start_link({via, shop_directory, {order, Number}}, ?MODULE, {Number, Customer, Articles}, []).

callback_mode() ->
    [state_functions, state_enter].

init({Number, Customer, Articles}) ->
    shop_label:set({order, Number}),
    {ok, placed, #order{number = Number, customer = Customer, articles = Articles}}.

placed(enter, _Old, _Order) ->
    {keep_state_and_data, {state_timeout, 0, take}};
placed(state_timeout, take, #order{articles = Articles} = Order) ->
    case shop_stock:take(Articles) of
        ok ->
            Cents = lists:sum([shop_catalogue:price(Article) || Article <- Articles]),
            tell(ordered, Order#order{cents = Cents}),
            {next_state, paying, Order#order{cents = Cents}};
        {missing, _} ->
            {keep_state_and_data, {state_timeout, ?RETRY_MS, take}}
    end.

paying(enter, _Old, _Order) ->
    {keep_state_and_data, {state_timeout, 0, pay}};
paying(state_timeout, pay, #order{number = Number, cents = Cents, attempts = Attempts} = Order) ->
    Charge = fun(Connection) -> shop_connection:charge(Connection, Number, Cents) end,
    try shop_payment_pool:with_connection(Charge) of
        {ok, _Receipt} ->
            tell(paid, Order),
            {next_state, packing, Order}
    catch
        exit:{Reason, _Call} when Attempts < ?ATTEMPTS ->
            shop_events:tell({payment_failed, Number, Reason}),
            {keep_state, Order#order{attempts = Attempts + 1}, {state_timeout, ?RETRY_MS, pay}}
    end.

packing(enter, _Old, #order{articles = Articles}) ->
    shop_packer:pack(self(), Articles),
    {keep_state_and_data, {state_timeout, ?PATIENCE_MS, late}};
packing(state_timeout, late, _Order) ->
    repeat_state_and_data;
packing(info, {packed, _Parcel}, Order) ->
    tell(shipped, Order),
    {next_state, shipped, Order}.

shipped(enter, _Old, _Order) ->
    {keep_state_and_data, {state_timeout, ?STEP_MS, drive}};
shipped(state_timeout, drive, #order{number = Number, customer = Customer, km = Km} = Order) when Km > 0 ->
    Customer ! {on_the_road, Number, Km},
    {keep_state, Order#order{km = Km - rand:uniform(3)}, {state_timeout, ?STEP_MS, drive}};
shipped(state_timeout, drive, #order{number = Number, customer = Customer} = Order) ->
    tell(delivered, Order),
    Customer ! {delivered, Number},
    {stop, normal};
shipped(info, {packed, _Twin}, _Order) ->
    keep_state_and_data.

tell(What, #order{number = Number, cents = Cents}) ->
    shop_events:tell({What, Number, Cents}).
