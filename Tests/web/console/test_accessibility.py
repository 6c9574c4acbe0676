"""What everybody needs to use the console: names, roles, contrast, focus, headings, and no more than the screen is wide. And its budget."""

import pathlib
import re
import unittest

import scenes
from desk import ROOT, Browser, Desk

VIEWS = ["now", "queue", "actions", "events", "access", "audit", "debug"]

# Each check gives a list of what is wrong.
CHECKS = r"""
const visible = node => node.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true, opacityProperty: true }) && !node.closest('.unseen, .skip');
const where = node => `${node.tagName.toLowerCase()}${node.id ? '#' + node.id : ''}${node.className && node.className.baseVal === undefined ? '.' + node.className.replace(/ /g, '.') : ''} "${node.textContent.trim().slice(0, 30)}"`;
const all = selector => [...document.querySelectorAll(selector)];
const problems = [];
const say = (what, node) => problems.push(`${what}: ${where(node)}`);

const nameOf = node => {
  const by = node.getAttribute('aria-labelledby');
  if (by) return by.split(' ').map(id => document.getElementById(id)?.textContent ?? '').join(' ').trim();
  return (node.getAttribute('aria-label') ?? (node.labels?.[0]?.textContent || node.textContent || node.title || '')).trim();
};
for (const node of all('button, a[href], input, select, textarea, [role=grid], [role=tab], [role=tabpanel], dialog, nav, [role=region], [role=toolbar], [role=log], [tabindex="0"]')) {
  if (visible(node) && !nameOf(node)) say('has no name', node);
}
for (const node of all('svg[role=img]')) if (!node.getAttribute('aria-label')) say('has no name', node);
for (const node of all('img')) if (!node.hasAttribute('alt')) say('has no alt', node);
for (const node of all('[tabindex]')) if (Number(node.getAttribute('tabindex')) > 0) say('has a positive tabindex', node);
const ids = new Map();
for (const node of all('[id]')) ids.set(node.id, (ids.get(node.id) ?? 0) + 1);
for (const [id, count] of ids) if (count > 1) problems.push(`the id ${id} is there ${count} times`);
for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-activedescendant']) {
  for (const node of all(`[${attribute}]`)) for (const id of node.getAttribute(attribute).split(' ')) if (!document.getElementById(id)) say(`${attribute} names nothing, ${id}`, node);
}
if (all('main').length !== 1) problems.push('there is not one main');
if (all('h1').filter(visible).length !== 1) problems.push('there is not one h1');
let level = 0;
for (const heading of all('h1, h2, h3, h4, h5, h6').filter(visible)) {
  const own = Number(heading.tagName[1]);
  if (own > level + 1) say(`skips from h${level} to h${own}`, heading);
  level = own;
}
if (!document.documentElement.lang) problems.push('the page names no language');
const parents = { row: 'grid, rowgroup', gridcell: 'row', columnheader: 'row', rowgroup: 'grid', tab: 'tablist' };
for (const [role, wanted] of Object.entries(parents)) {
  for (const node of all(`[role=${role}]`)) if (!wanted.split(', ').includes(node.parentElement.getAttribute('role'))) say(`${role} stands outside`, node);
}
for (const node of all('.state')) if (visible(node) && (!node.querySelector('svg') || !node.textContent.trim())) say('a state is told by colour alone', node);
for (const node of all('[style]')) if (node.style.color || node.style.backgroundColor) say('has a colour of its own', node);

// Contrast (WCAG 2.2, 1.4.3), computed from the styles as they are.
const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
const rgba = colour => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = ([r, g, b, a], below) => [r, g, b].map((value, index) => value * a + below[index] * (1 - a));
const groundOf = node => {
  const layers = [];
  for (let one = node; one; one = one.parentElement) {
    const colour = rgba(getComputedStyle(one).backgroundColor);
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
};
const luminance = colour => colour.map(value => value / 255).map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
const contrast = (a, b) => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
};
let texts = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !visible(node) || node.closest('button:disabled, script, noscript, option, title')) continue;
  texts += 1;
  const style = getComputedStyle(node);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const ground = groundOf(node);
  const ratio = contrast(over(rgba(style.color), ground), ground);
  if (ratio < (isLarge ? 3 : 4.5)) say(`contrast ${ratio.toFixed(2)}`, node);
}
for (const node of all('input:not([type=checkbox]), select, textarea').filter(visible)) {
  const style = getComputedStyle(node, '::placeholder');
  if (node.placeholder && contrast(over(rgba(style.color), groundOf(node)), groundOf(node)) < 4.5) say('contrast of the placeholder', node);
  const ground = groundOf(node.parentElement);
  if (contrast(over(rgba(getComputedStyle(node).borderTopColor), ground), ground) < 3) say('contrast of the border', node);
}
if (texts < 10) problems.push(`only ${texts} texts were looked at`);
if (document.documentElement.scrollWidth > innerWidth) problems.push(`the page is ${document.documentElement.scrollWidth - innerWidth} px wider than the screen`);
for (const node of all('button, a[href], select, input').filter(visible)) {
  const { width, height } = node.getBoundingClientRect();
  const isInText = node.tagName === 'A' && getComputedStyle(node).display === 'inline';
  if (!isInText && !node.matches('.row-check, [type=checkbox]') && (width < 24 || height < 24)) say(`is ${Math.round(width)} by ${Math.round(height)} px to hit`, node);
}
return problems;
"""


class AccessibilityTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.desk = cls.enterClassContext(Desk(asks=scenes.ASKED))
        cls.browser = cls.enterClassContext(Browser())
        scenes.prepare(cls.desk)
        cls.browser.sign_in(cls.desk)
        scenes.later(cls.desk)

    def check(self, what):
        problems = self.browser.driver.execute_script(CHECKS)
        self.assertEqual(problems, [], f"{what}:\n" + "\n".join(problems[:40]))

    def test_every_view_in_every_colour_and_width(self):
        for dark in (False, True):
            self.browser.colours(dark)
            for width in (360, 1440) if dark else (360, 768, 1440, 3840):
                self.browser.resize(width, 900)
                for name, place, act in scenes.SCENES:
                    with self.subTest(view=name, dark=dark, width=width):
                        self.browser.go("#/now")
                        self.browser.go(place)
                        if act:
                            act(self.browser)
                        self.check(name)
        self.browser.resize(1440, 900)

    def test_dialogs(self):
        for open_dialog in ("document.getElementById('help').click()", "document.querySelector('.access header button').click()"):
            self.browser.go("#/access")
            self.browser.wait(lambda: self.browser.find(".access table"), "the view")
            self.browser.driver.execute_script(open_dialog)
            self.browser.wait(lambda: self.browser.find("dialog[open]"), "the dialog")
            self.check("dialog")
            self.assertTrue(self.browser.driver.execute_script("return document.querySelector('dialog').contains(document.activeElement)"))
            self.browser.driver.execute_script("document.querySelector('dialog').close('')")
            self.browser.wait(lambda: not self.browser.find("dialog"), "closed")

    def test_the_keyboard_alone_reaches_everything_in_order_and_the_focus_is_seen(self):
        self.browser.resize(1440, 900)
        for view in VIEWS:
            self.browser.go(f"#/{view}")
            self.browser.driver.refresh()
            self.browser.wait(lambda: self.browser.find("main button, main a, main [tabindex='0']"), "something to reach")
            seen, unseen = self.tab_through()
            with self.subTest(view=view):
                self.assertEqual(unseen, [], "the focus cannot be seen")
                self.assertIn("A.skip", seen[0])
                tops = [one for one in seen if one.startswith("A.") and "view-" in one]
                self.assertEqual([one.split("view-")[1] for one in tops], VIEWS)
                self.assertGreater(len(seen), 10)

    def tab_through(self):
        from selenium.webdriver import ActionChains
        from selenium.webdriver.common.keys import Keys

        seen, unseen = [], []
        for _ in range(60):
            # To whatever has the focus: it may be drawn anew at this very moment, and an element that is gone takes no keys.
            ActionChains(self.browser.driver).send_keys(Keys.TAB).perform()
            name, is_seen = self.browser.driver.execute_script(
                """const node = document.activeElement, style = getComputedStyle(node);
                const view = node.dataset.view ? ` view-${node.dataset.view}` : '';
                return [`${node.tagName}.${node.className}${view}`, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];""")
            if name.startswith("BODY") or (seen and "A.skip" in name):
                break
            seen.append(name)
            if not is_seen:
                unseen.append(name)
        return seen, unseen

    def test_lists_are_driven_by_the_keyboard(self):
        from selenium.webdriver.common.keys import Keys

        browser = self.browser
        browser.resize(1440, 900)
        browser.go("#/events")
        browser.wait(lambda: len(browser.all(".grid-body .row:not([hidden])")) > 5, "events")
        grid = browser.find("[role=grid]")
        grid.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
        browser.wait(lambda: grid.get_attribute("aria-activedescendant"), "a current row")
        current = browser.find(f"#{grid.get_attribute('aria-activedescendant')}")
        self.assertEqual(current.get_attribute("aria-rowindex"), "4")
        grid.send_keys(Keys.SPACE)
        browser.wait(lambda: current.get_attribute("aria-selected") == "true", "selected")
        grid.send_keys(Keys.ENTER)
        browser.wait(lambda: browser.find(".detail .timeline"), "opened")
        grid.send_keys(Keys.ESCAPE)
        browser.wait(lambda: "selected" not in browser.text(".bulk"), "the selection is cleared first")

    def test_motion_is_left_out_on_request(self):
        self.browser.colours(False, calm=True)
        self.browser.go("#/now")
        moving = self.browser.driver.execute_script("return document.getAnimations().length")
        self.assertEqual(moving, 0)


class BudgetTests(unittest.TestCase):
    """What a browser that has nothing yet is sent for all views, as it counts itself. `transferSize` counts the headers too."""

    LIMIT = 150 * 1024

    def test_the_whole_console_stays_small(self):
        with Desk() as desk, Browser() as browser:
            browser.sign_in(desk)
            for view in VIEWS:
                browser.go(f"#/{view}")
            files = browser.driver.execute_script(
                """return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
                .map(({ name, transferSize, encodedBodySize, decodedBodySize }) => [new URL(name).pathname, transferSize, encodedBodySize, decodedBodySize])
                .filter(([path]) => !path.startsWith('/v1/'))""")
            paint = browser.driver.execute_script("return performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
        transferred, encoded, unpacked = (sum(one[column] for one in files) for column in (1, 2, 3))
        print(f"\n{len(files)} files, {transferred} bytes with headers, {encoded} without, {unpacked} unpacked; first contentful paint after {paint:.0f} ms")
        names = [one[0] for one in files]
        self.assertTrue(all(name in ("/", "/client.js") or name.startswith("/console/") for name in names), names)
        wanted = {f"/console/{path.name}" for path in (ROOT / "web" / "console").iterdir() if path.name != "index.html"}
        self.assertEqual(set(names), wanted | {"/", "/client.js"}, "everything there is was loaded")
        for name in set(names):
            self.assertTrue(any(one[0] == name and one[1] > one[2] > 0 for one in files), f"{name} came out of a cache only")
        self.assertLess(transferred, self.LIMIT)
        self.assertLess(encoded, unpacked / 2, "it is compressed")


class SourceTests(unittest.TestCase):
    FOLDER = ROOT / "web" / "console"

    def test_nothing_parses_html_or_runs_text(self):
        forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTML|\beval\b|new Function|javascript:|\.style\.cssText|setAttribute\('style'|setAttribute\('on")
        for path in self.files("*.js"):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                self.assertNotRegex(line, forbidden, f"{path.name}:{number}")

    def test_nothing_is_inline_and_nothing_comes_from_elsewhere(self):
        page = (self.FOLDER / "index.html").read_text()
        self.assertNotRegex(page, r"\son\w+=|\sstyle=|<style|<script>|https?://")
        for path in self.files("*.css"):
            self.assertNotRegex(path.read_text(), r"@import|url\(|expression\(", path.name)

    def test_each_file_is_embedded(self):
        table = (ROOT / "Sources" / "CWebFiles" / "CWebFiles.c").read_text()
        for path in self.FOLDER.iterdir():
            self.assertIn(f'"../../web/console/{path.name}"', table)

    def test_files_stay_short(self):
        for path in self.files("*.js"):
            self.assertLess(len(path.read_text().splitlines()), 300, path.name)

    def files(self, pattern):
        files = sorted(pathlib.Path(self.FOLDER).glob(pattern))
        self.assertGreater(len(files), 0)
        return files


if __name__ == "__main__":
    unittest.main()
