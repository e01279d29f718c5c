# SPDX-License-Identifier: GPL-3.0-or-later
defmodule Shop.Names do
  @moduledoc """
  Names that are any term, `{:customer, 17}` say, kept by the `Registry`, and labels, which OTP
  knows from release 27.
  """

  def via(name), do: {:via, Registry, {Shop.Registry, name}}

  @doc "How many processes have a name `{kind, _}`?"
  def count(kind), do: Registry.count_select(Shop.Registry, [{{{kind, :_}, :_, :_}, [], [true]}])

  def label(label) do
    if function_exported?(:proc_lib, :set_label, 1), do: apply(:proc_lib, :set_label, [label])
    :ok
  end
end
