"""In a page with all explorables each looks as it does alone: by its own rules, and by those for all that Jupyter has.

nbgrader's extension brings Bootstrap's style, whose `.row` and others hold for the whole page.
"""

from course import widgets
from tests.widgets.notebooks import in_both, marks

pytestmark = marks

ALL = """
import numpy as np
from IPython.display import display
from course import Sequential, layers, widgets

images = np.random.default_rng(0).normal(size=(2, 12, 12, 1))
model = Sequential([layers.Input((12, 12, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(2)], seed=0)
arguments = {"FeatureMaps": (model, images), "AugmentationPreview": (images, ["one", "two"])}
made = {name: getattr(widgets, name)(*arguments.get(name, ())) for name in widgets.__all__}
display(*(each.widget if name == "LiveCurves" else each for name, each in made.items()))
"""

STYLED = r"""() => {
  const rules = (list) => [...list].flatMap((rule) => [rule, ...rules(rule.cssRules ?? [])]);
  const selectors = ({ selectorText }) => selectorText?.split(/,(?![^(]*\))/).map((one) => one.trim()) ?? [];
  const base = (selector) => selector.replace(/::?(before|after|-[\w-]+)/g, "");
  return Array.from(document.styleSheets, (sheet) => {
    const all = rules(sheet.cssRules).flatMap(selectors);
    const ours = all.some((selector) => selector.includes(".explorable"));
    const styled = all.flatMap((selector) => {
      const elements = [...document.querySelectorAll(base(selector))].filter((one) => one.closest(".explorable"));
      return elements.map((one) => [one.closest(".explorable").className, one.matches(".explorable"), selector]);
    });
    return { ours, styled };
  });
}"""


@in_both
def test_each_looks_as_it_does_alone(open_notebook, front):
    page = open_notebook(ALL, front=front).page
    drawn = "[...document.querySelectorAll('.explorable')].filter((root) => root.querySelector('svg, canvas'))"
    page.wait_for_function(f"{drawn}.length === {len(widgets.__all__)}")
    sheets = page.evaluate(STYLED)
    own = [{root for root, _, _ in sheet["styled"]} for sheet in sheets if sheet["ours"]]
    assert sorted(map(len, own)) == [1] * len(widgets.__all__)
    others = {selector for sheet in sheets if not sheet["ours"] for _, root, selector in sheet["styled"] if not root}
    by_class = {selector for selector in others if "." in selector.split()[-1].replace(".jp-", "").replace(".lm-", "")}
    assert by_class == set()
