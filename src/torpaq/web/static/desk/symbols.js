// Fills, points and labels of the map, drawn on canvases: no glyph or sprite file is ever asked for.
// The same hatches stand in templates/desk/_patterns.html for lists, legends and charts.

const RATIO = 2;
const SIZE = 14;
const INK = "#1d2730";
const FONT = '"Noto Sans", sans-serif';

const FILLS = {
  cha: { ground: "rgba(255,0,0,0.42)", ink: "#8f0000", draw: cross },
  sha: { ground: "rgba(244,167,24,0.5)", ink: "#8a5a00", draw: diagonal },
  cancelled: { ground: "rgba(217,236,208,0.85)", ink: "#2f6b2c", draw: dot },
  reduced: { ground: "rgba(180,220,164,0.85)", ink: "#2f6b2c", draw: upright },
  cleared: { ground: "rgba(124,192,106,0.85)", ink: "#1f5420", draw: level },
  unknown: { ground: "rgba(0,0,0,0)", ink: "rgba(70,64,54,0.34)", draw: sparse },
};

function stroke(pen, width, lines) {
  pen.lineWidth = width;
  pen.beginPath();
  for (const [x0, y0, x1, y1] of lines) {
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
  }
  pen.stroke();
}
function cross(pen) { stroke(pen, 1.3, [[0, 0, SIZE, SIZE], [SIZE, 0, 0, SIZE], [-2, SIZE - 2, 2, SIZE + 2], [SIZE - 2, -2, SIZE + 2, 2]]); }
function diagonal(pen) { stroke(pen, 2, [[0, SIZE, SIZE, 0], [-3, 3, 3, -3], [SIZE - 3, SIZE + 3, SIZE + 3, SIZE - 3]]); }
function upright(pen) { stroke(pen, 1.6, [[SIZE / 2, 0, SIZE / 2, SIZE]]); }
function level(pen) { stroke(pen, 1.8, [[0, SIZE / 2, SIZE, SIZE / 2]]); }
function spots(pen, radius, places) {
  for (const [x, y] of places) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  }
}
function dot(pen) { spots(pen, 1.9, [[SIZE / 4, SIZE / 4], [3 * SIZE / 4, 3 * SIZE / 4]]); }
function sparse(pen) { spots(pen, 0.9, [[SIZE / 4, SIZE / 4], [3 * SIZE / 4, 3 * SIZE / 4]]); }

function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width * RATIO;
  canvas.height = height * RATIO;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.scale(RATIO, RATIO);
  return [canvas, pen];
}
function imageOf(canvas, pen) { return pen.getImageData(0, 0, canvas.width, canvas.height); }

function fillImage(name) {
  const { ground, ink, draw } = FILLS[name];
  const [canvas, pen] = canvasOf(SIZE, SIZE);
  pen.fillStyle = ground;
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.fillStyle = pen.strokeStyle = ink;
  draw(pen);
  return imageOf(canvas, pen);
}

const POINTS = {
  cha: ["#e00000", (pen) => { pen.moveTo(9, 1.5); pen.lineTo(16.5, 9); pen.lineTo(9, 16.5); pen.lineTo(1.5, 9); }],
  sha: ["#f4a718", (pen) => { pen.moveTo(9, 1.5); pen.lineTo(16.8, 15.5); pen.lineTo(1.2, 15.5); }],
  released: ["#7cc06a", (pen) => { pen.arc(9, 9, 6, 0, 2 * Math.PI); }],
  none: ["#ffffff", (pen) => { pen.rect(4, 4, 10, 10); }],
};

function pointImage(name) {
  const [colour, outline] = POINTS[name] ?? POINTS.none;
  const [canvas, pen] = canvasOf(18, 18);
  pen.beginPath();
  outline(pen);
  pen.closePath();
  pen.fillStyle = colour;
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = 3;
  pen.stroke();
  pen.fill();
  pen.strokeStyle = INK;
  pen.lineWidth = 1.1;
  pen.stroke();
  return imageOf(canvas, pen);
}

const LABELS = {
  unit: { font: `600 13px ${FONT}`, colour: "#3a4450", halo: 3.5, dot: false },
  "place-number": { font: `600 12px ${FONT}`, colour: "#1d2730", halo: 3.5, dot: false },
  place: { font: `400 12px ${FONT}`, colour: "#1d2730", halo: 3, dot: true },
};

function labelImage(kind, text) {
  const look = LABELS[kind];
  const [, ruler] = canvasOf(1, 1);
  ruler.font = look.font;
  const room = look.dot ? 9 : 0;
  const width = Math.ceil(ruler.measureText(text).width) + 8 + room;
  const [canvas, pen] = canvasOf(width, 20);
  pen.font = look.font;
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.strokeStyle = "rgba(255,255,255,0.9)";
  pen.lineWidth = look.halo;
  pen.strokeText(text, 4 + room, 10);
  pen.fillStyle = look.colour;
  pen.fillText(text, 4 + room, 10);
  if (look.dot) {
    pen.beginPath();
    pen.arc(5, 10, 2.6, 0, 2 * Math.PI);
    pen.stroke();
    pen.fill();
  }
  return imageOf(canvas, pen);
}

// A map asks for an image by its id when a layer first needs it: "fill:cha", "point:sha", "unit:Ağdam", "place:Füzuli".
export function giveImages(map) {
  map.setMissingStyleImageResolver((id) => {
    if (map.hasImage(id)) return;
    const [kind, text] = [id.slice(0, id.indexOf(":")), id.slice(id.indexOf(":") + 1)];
    if (kind === "fill" && FILLS[text]) map.addImage(id, fillImage(text), { pixelRatio: RATIO });
    if (kind === "point") map.addImage(id, pointImage(text), { pixelRatio: RATIO });
    if (LABELS[kind] && text) map.addImage(id, labelImage(kind, text), { pixelRatio: RATIO });
  });
}

export async function loadFonts() {
  await Promise.all(["400", "600"].map((weight) => document.fonts.load(`${weight} 13px "Noto Sans"`, "Aəğşıİ Жы")));
}
