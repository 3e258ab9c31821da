// Measurements that run inside a page; an expression, so that a call can follow it.
({
  // [name, contrast] of each text field's border against what is around it. The colours go
  // through a canvas, so that any notation works.
  borders() {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour) => {
      const [red, green, blue] = colour.map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const around = (element) => {
      for (let parent = element.parentElement; parent; parent = parent.parentElement) {
        const colour = rgba(getComputedStyle(parent).backgroundColor);
        if (colour[3] > 0) return colour;
      }
      return [255, 255, 255, 255];
    };
    const text = 'input:not([type=radio], [type=checkbox], [type=hidden]), textarea, select';
    return [...document.querySelectorAll(text)]
      .filter((field) => !field.closest('[aria-hidden]'))
      .map((field) => {
        const border = luminance(rgba(getComputedStyle(field).borderTopColor));
        const ground = luminance(around(field));
        const [light, dark] = [Math.max(border, ground), Math.min(border, ground)];
        return [field.name, (light + 0.05) / (dark + 0.05)];
      });
  },

  // How many stops the Tab key should make: a group of radio buttons counts once.
  stops() {
    const parts = 'a[href], button, input:not([type=hidden]), select, textarea, iframe, summary';
    const speaksForItsGroup = (radio) => {
      const group = [...document.querySelectorAll(`input[name="${radio.name}"]`)];
      return radio === (group.find((other) => other.checked) ?? group[0]);
    };
    return [...document.querySelectorAll(parts)]
      .filter((part) => part.tabIndex >= 0 && !part.disabled && part.checkVisibility())
      .filter((part) => part.type !== 'radio' || speaksForItsGroup(part)).length;
  },

  // Where the keyboard is now, and whether somebody can see that; null outside the page.
  focus() {
    const part = document.activeElement;
    if (!part || part === document.body) return null;
    part.dataset.stop ??= String(document.querySelectorAll('[data-stop]').length);
    const style = getComputedStyle(part);
    const box = part.getBoundingClientRect();
    return {
      stop: part.dataset.stop,
      name: part.id || part.textContent.trim() || part.name,
      outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
      seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
  },
})
