// node html.mjs FILE PICTURE: open the page from disk, wait until an organism has grown, print what was seen on the way.
import { pathToFileURL } from "node:url";
import { withPage } from "./browser.mjs";

const [file, picture] = process.argv.slice(2);
const seen = await withPage({}, async (page) => {
  const errors = [], asked = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("request", (request) => /^(?!data:|blob:)/.test(request.url()) && asked.push(request.url()));
  await page.goto(String(pathToFileURL(file)));
  const count = () => parseInt(document.querySelector("#living")?.textContent ?? "");
  await page.waitForFunction(`(${count})() > 300`, null, { timeout: 120_000 });
  await page.screenshot({ path: picture });
  return { errors, asked, living: await page.evaluate(count) };
});
process.stdout.write(JSON.stringify(seen));
