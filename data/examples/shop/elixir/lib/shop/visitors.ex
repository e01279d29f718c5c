# SPDX-License-Identifier: GPL-3.0-or-later
defmodule Shop.Door do
  @moduledoc "Lets customers in, one now and then, and a whole group at rush hour, once a minute."
  use GenServer

  @at_opening 25
  @at_most 40
  @group 15
  @pause_ms 700
  @rush_ms 60_000

  def start_link(_arguments), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init([]), do: {:ok, 1, {:continue, :open}}

  @impl true
  def handle_continue(:open, next) do
    Process.send_after(self(), :next, @pause_ms)
    Process.send_after(self(), :rush, @rush_ms)
    {:noreply, let_in(@at_opening, next)}
  end

  @impl true
  def handle_info(:next, next) do
    Process.send_after(self(), :next, :rand.uniform(2 * @pause_ms))
    {:noreply, let_in(1, next)}
  end

  def handle_info(:rush, next) do
    Process.send_after(self(), :rush, @rush_ms)
    {:noreply, let_in(@group, next)}
  end

  # A full shop lets nobody in.
  defp let_in(count, next) do
    room = max(0, @at_most - Shop.Names.count(:customer))
    last = next + min(count, room) - 1

    for number <- next..last//1 do
      {:ok, _} = DynamicSupervisor.start_child(Shop.Customers, {Shop.Customer, number})
    end

    last + 1
  end
end

defmodule Shop.Customer do
  @moduledoc """
  Takes a cart, looks around, orders, waits for the parcel, and leaves or begins again. Leaving is a
  normal end, so a transient child is not restarted.
  """
  use GenServer, restart: :transient

  @think_ms 2000
  @articles_max 5

  def start_link(number), do: GenServer.start_link(__MODULE__, number, name: Shop.Names.via({:customer, number}))

  @impl true
  def init(number) do
    Shop.Names.label({:customer, number})
    {:ok, enter(%{number: number, cart: nil, wishes: 0, order: nil, monitor: nil})}
  end

  @impl true
  def handle_info(:decide, %{wishes: 0} = customer), do: {:noreply, order(customer)}

  def handle_info(:decide, customer) do
    Shop.Cart.put(customer.cart, Shop.Catalogue.pick())
    think()
    {:noreply, %{customer | wishes: customer.wishes - 1}}
  end

  def handle_info({:delivered, number}, %{order: number} = customer) do
    Process.demonitor(customer.monitor, [:flush])
    if :rand.uniform(5) == 1, do: {:stop, :normal, customer}, else: {:noreply, enter(customer)}
  end

  # The order was lost. A customer with patience begins again.
  def handle_info({:DOWN, monitor, :process, _pid, _reason}, %{monitor: monitor} = customer) do
    {:noreply, enter(customer)}
  end

  # The link makes the cart go when its customer goes.
  defp enter(customer) do
    {:ok, cart} = DynamicSupervisor.start_child(Shop.Carts, {Shop.Cart, customer.number})
    Process.link(cart)
    think()
    %{customer | cart: cart, wishes: :rand.uniform(@articles_max), order: nil, monitor: nil}
  end

  defp order(customer) do
    number = System.unique_integer([:positive])
    articles = Shop.Cart.empty(customer.cart)
    {:ok, pid} = Shop.Order.start(number, self(), articles)
    Shop.Figures.count(:ordered)
    %{customer | cart: nil, order: number, monitor: Process.monitor(pid)}
  end

  defp think, do: Process.send_after(self(), :decide, :rand.uniform(@think_ms))
end

defmodule Shop.Cart do
  @moduledoc "What a customer has picked so far. It is given back when it is emptied."
  use GenServer, restart: :temporary

  def start_link(customer), do: GenServer.start_link(__MODULE__, customer)

  def put(cart, article), do: GenServer.cast(cart, {:put, article})

  def empty(cart), do: GenServer.call(cart, :empty)

  @impl true
  def init(customer) do
    Shop.Names.label({:cart_of, customer})
    {:ok, []}
  end

  @impl true
  def handle_call(:empty, _from, articles), do: {:stop, :normal, articles, []}

  @impl true
  def handle_cast({:put, article}, articles), do: {:noreply, [article | articles]}
end
