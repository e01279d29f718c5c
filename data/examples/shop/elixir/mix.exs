# SPDX-License-Identifier: GPL-3.0-or-later
defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "1.0.0", elixir: "~> 1.14", deps: []]
  end

  def application do
    [mod: {Shop.Application, []}]
  end
end
