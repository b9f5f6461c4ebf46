"""The Chromium that the browser tests start."""

from playwright.async_api import async_playwright

from tests.browser import chromium_path

# Draws two characters and tells whether each has ink and whether they differ: boxes for missing glyphs are all alike.
DRAW = """([first, second]) => {
  const draw = (text) => {
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    pen.font = "40px sans-serif";
    pen.fillText(text, 10, 60);
    return pen.getImageData(0, 0, 100, 100).data.join();
  };
  const blank = draw(" ");
  return draw(first) !== blank && draw(second) !== blank && draw(first) !== draw(second);
}"""


async def test_chromium_starts_and_draws_chinese() -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path())
        try:
            page = await browser.new_page(viewport={"width": 390, "height": 800})
            await page.set_content("<meta charset=utf-8><h1>公积金</h1>")
            assert await page.evaluate(DRAW, ["公", "积"])
            assert not await page.evaluate(DRAW, ["\U000f0000", "\U000f0001"]), "the check itself must tell boxes apart"
            assert (await page.screenshot()).startswith(b"\x89PNG")
        finally:
            await browser.close()
