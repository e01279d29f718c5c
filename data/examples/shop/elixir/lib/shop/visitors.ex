# SPDX-License-Identifier: GPL-3.0-or-later
defmodule Shop.Door do
  @moduledoc """
  Lets customers in, one now and then as long as there is room, and calls out a sale every two minutes: then
  many order at once, and it is rush hour at the packer's.
  """
  use GenServer

  @room 25
  @pause_ms 6_000
  @sale_ms 120_000

  def start_link(_arguments), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init([]), do: {:ok, 1, {:continue, :open}}

  @impl true
  def handle_continue(:open, next) do
    Process.send_after(self(), :next, @pause_ms)
    Process.send_after(self(), :sale, @sale_ms)
    {:noreply, let_in(@room, next)}
  end

  @impl true
  def handle_info(:next, next) do
    Process.send_after(self(), :next, @pause_ms)
    {:noreply, let_in(1, next)}
  end

  def handle_info(:sale, next) do
    Process.send_after(self(), :sale, @sale_ms)
    Enum.each(Shop.Names.all(:customer), &Shop.Customer.sale/1)
    {:noreply, next}
  end

  # A full shop lets nobody in.
  defp let_in(count, next) do
    room = max(0, @room - length(Shop.Names.all(:customer)))
    last = next + min(count, room) - 1

    for number <- next..last//1 do
      {:ok, _} = DynamicSupervisor.start_child(Shop.Customers, {Shop.Customer, number})
    end

    last + 1
  end
end

defmodule Shop.Customer do
  @moduledoc """
  Takes a cart, looks around for a while, orders, waits for the parcel, and leaves or begins again. Leaving is
  a normal end, so a transient child is not restarted.
  """
  use GenServer, restart: :transient

  @think_ms 1600
  @looks 30..80
  @one_in_liked 5
  @one_in_leaves 5

  def start_link(number), do: GenServer.start_link(__MODULE__, number, name: Shop.Names.via({:customer, number}))

  @doc "There is a sale: who is still looking around orders now."
  def sale(customer), do: GenServer.cast(customer, :sale)

  # The link makes the cart go when its customer dies.
  @impl true
  def init(number) do
    Shop.Names.label({:customer, number})
    {:ok, cart} = DynamicSupervisor.start_child(Shop.Carts, {Shop.Cart, number})
    Process.link(cart)
    think()
    {:ok, look_around(%{number: number, cart: cart, looks: 0, order: nil, monitor: nil})}
  end

  @impl true
  def handle_cast(:sale, %{order: nil} = customer), do: {:noreply, %{customer | looks: 0}}
  def handle_cast(:sale, customer), do: {:noreply, customer}

  @impl true
  def handle_info(:decide, %{order: nil, looks: 0} = customer) do
    think()
    {:noreply, order(customer)}
  end

  def handle_info(:decide, %{order: nil} = customer) do
    look(customer)
    think()
    {:noreply, %{customer | looks: customer.looks - 1}}
  end

  def handle_info(:decide, customer) do
    think()
    {:noreply, customer}
  end

  def handle_info({:on_the_road, number, _km}, %{order: number} = customer), do: {:noreply, customer}

  def handle_info({:delivered, number}, %{order: number} = customer) do
    Process.demonitor(customer.monitor, [:flush])

    if :rand.uniform(@one_in_leaves) == 1 do
      Shop.Cart.give_back(customer.cart)
      {:stop, :normal, customer}
    else
      {:noreply, look_around(customer)}
    end
  end

  # The order was lost. A customer with patience begins again.
  def handle_info({:DOWN, monitor, :process, _pid, _reason}, %{monitor: monitor} = customer) do
    {:noreply, look_around(customer)}
  end

  defp look_around(customer), do: %{customer | looks: Enum.random(@looks), order: nil, monitor: nil}

  # Most of what is looked at is put back.
  defp look(customer) do
    article = Shop.Catalogue.pick()

    if :rand.uniform(@one_in_liked) == 1,
      do: Shop.Cart.put(customer.cart, article),
      else: Shop.Catalogue.price(article)
  end

  defp order(customer) do
    number = System.unique_integer([:positive])
    {:ok, pid} = Shop.Order.start(number, self(), Shop.Cart.empty(customer.cart))
    Shop.Figures.count(:ordered)
    %{customer | order: number, monitor: Process.monitor(pid)}
  end

  defp think, do: Process.send_after(self(), :decide, :rand.uniform(@think_ms))
end

defmodule Shop.Cart do
  @moduledoc "What a customer has picked so far. It lives as long as its customer stays."
  use GenServer, restart: :temporary

  def start_link(customer), do: GenServer.start_link(__MODULE__, customer)

  def put(cart, article), do: GenServer.cast(cart, {:put, article})

  @doc "What was in it, at the till."
  def empty(cart), do: GenServer.call(cart, :empty)

  def give_back(cart), do: GenServer.cast(cart, :give_back)

  @impl true
  def init(customer) do
    Shop.Names.label({:cart_of, customer})
    {:ok, []}
  end

  @impl true
  def handle_call(:empty, _from, articles), do: {:reply, articles, []}

  @impl true
  def handle_cast({:put, article}, articles), do: {:noreply, [article | articles]}
  def handle_cast(:give_back, articles), do: {:stop, :normal, articles}
end
