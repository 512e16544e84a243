// Shows the local time beside each time of day, which the page has in UTC.
"use strict";

function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.dataset.local = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
    if (moment.getTimezoneOffset() !== 0) time.append(` (here ${time.dataset.local})`);
  }
}

showLocalTimes(document);
