/* The way in: a ticket from the page's server, given up once for a cookie that is good for this one camera. */
export class Refusal extends Error {
  constructor(status, told) {
    super(told?.error || "");
    this.status = status;
    this.told = told;
  }
}

/* What the page's server says to somebody who may not look, or no longer: no outage, and nothing to try again. */
const GONE = [403, 401, 404];

export async function refusal(answer) {
  let told = null;
  try { told = await answer.json(); } catch (none) { /* no words, then */ }
  return new Refusal(answer.status, told);
}

export async function openDoor(camera, signal) {
  const sent = Date.now();
  const answer = await fetch("/sites/cameras/" + camera + "/ticket/", {
    method: "POST", signal, credentials: "same-origin",
    headers: {
      Accept: "application/json", "X-CSRFToken": token(), "X-Xushi-Background": "1",
      "Content-Type": "application/x-www-form-urlencoded",
    },
    body: small(camera) ? "sub=1" : "",
  });
  if (GONE.indexOf(answer.status) >= 0 || answer.redirected) throw new Refusal(GONE[0], { error: "您看这一路的权限已收回，或登录已经结束，请刷新页面。" });
  if (!answer.ok) throw await refusal(answer);
  const told = await answer.json();
  /* Our clock against the server's: half of the way there and back is left as doubt. */
  const ahead = told.now - (sent + Date.now()) / 2;
  const opened = await fetch(told.path + "open", {
    method: "POST", signal, credentials: "same-origin", headers: { "X-Xushi-Ticket": told.ticket },
  });
  if (!opened.ok) throw await refusal(opened);
  return { path: told.path, serverNow: () => Date.now() + ahead };
}

function small(camera) {
  const box = document.querySelector('[data-cam="' + camera + '"]');
  return Boolean(box) && box.clientWidth * (window.devicePixelRatio || 1) < 700;
}

function token() {
  const headers = document.body.getAttribute("hx-headers");
  try { return JSON.parse(headers)["X-CSRFToken"]; } catch (none) { /* a page without it */ }
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return field ? field.value : "";
}
