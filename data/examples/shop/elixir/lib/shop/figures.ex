# SPDX-License-Identifier: GPL-3.0-or-later
defmodule Shop.Figures do
  @moduledoc "What happened, counted: an `Agent` is a process that only keeps a value."
  use Agent

  def start_link(_arguments), do: Agent.start_link(fn -> %{} end, name: __MODULE__)

  def count(what), do: Agent.cast(__MODULE__, Map, :update, [what, 1, &(&1 + 1)])

  def get, do: Agent.get(__MODULE__, & &1)
end
