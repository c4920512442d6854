// Small line icons, drawn for this page on a 20 × 20 grid.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  add: "M10 4v12M4 10h12",
  alert: "M10 3 2.5 16.5h15zM10 8v4M10 14.2v.1",
  app: "M4 4h5v5H4zM11 4h5v5h-5zM4 11h5v5H4zM11 11h5v5h-5z",
  attach: "M14.5 9.5 9.6 14.4a3 3 0 0 1-4.3-4.3l5.7-5.7a2 2 0 0 1 2.9 2.9l-5.4 5.3a1 1 0 0 1-1.4-1.4l4.6-4.6",
  back: "M12 4 6 10l6 6",
  bell: "M6 13V9a4 4 0 0 1 8 0v4l1.5 2h-11zM8.5 17h3",
  bolt: "M11 2 4.5 11H9l-1 7 6.5-9H10z",
  calendar: "M4 5h12v11H4zM4 8.5h12M7 3v3M13 3v3",
  check: "M4.5 10.5 8.5 14.5 15.5 6",
  chevron: "M6 8l4 4 4-4",
  clear: "M5 6h10M8 6V4h4v2M6.5 6l.7 10h5.6l.7-10",
  close: "M5 5l10 10M15 5 5 15",
  copy: "M7 7h9v9H7zM4 13V4h9",
  dots: "M10 4.5v.1M10 10v.1M10 15.5v.1",
  dotsAcross: "M4.5 10h.1M10 10h.1M15.5 10h.1",
  down: "M10 4v11M5.5 10.5 10 15l4.5-4.5",
  edit: "M4 16l.8-3.2L13 4.6a1.5 1.5 0 0 1 2.2 0l.2.2a1.5 1.5 0 0 1 0 2.2L7.2 15.2z",
  eye: "M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  file: "M5 3h6l4 4v10H5zM11 3v4h4",
  hash: "M8 3 6.5 17M13.5 3 12 17M4 7.5h13M3.5 12.5h13",
  inspect: "M7 6l-4 4 4 4M13 6l4 4-4 4",
  link: "M8.5 11.5 11.5 8.5M9 6l1.6-1.6a3.2 3.2 0 0 1 4.5 4.5L13.5 10.5M11 14l-1.6 1.6a3.2 3.2 0 0 1-4.5-4.5L6.5 9.5",
  lock: "M5 9h10v7H5zM7 9V7a3 3 0 0 1 6 0v2",
  moon: "M15.5 12A6.5 6.5 0 0 1 8 4.5a6.5 6.5 0 1 0 7.5 7.5z",
  people:
    "M7.5 9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM2.5 16c0-3 2-4.8 5-4.8s5 1.8 5 4.8M13 9a2 2 0 1 0 0-4M14 11.4c2.2.3 3.5 2 3.5 4.6",
  pause: "M7 5v10M13 5v10",
  play: "M7 4.5v11l8-5.5z",
  plug: "M7 3v4M13 3v4M5.5 7h9v3a4.5 4.5 0 0 1-9 0zM10 14.5V18",
  reply: "M4 4.5h12v9H9.5L6 16.5v-3H4z",
  search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM12.7 12.7 17 17",
  send: "M3.5 4 17 10 3.5 16l1.7-6zM5.2 10H11",
  sun: "M10 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M15.7 4.3l-1.4 1.4M5.7 14.3l-1.4 1.4",
};

export function icon(name, size = 18) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true", class: "icon" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  if (name.startsWith("dots")) svg.classList.add("bold");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.dots);
  svg.append(path);
  return svg;
}
