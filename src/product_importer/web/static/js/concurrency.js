/* Work that is done in order, or only so much of it at the same time. */

/* Hands out turns: each is settled when the one before it was passed on. */
export class Turns {
  #last = Promise.resolve();

  take() {
    const before = this.#last;
    let pass;
    this.#last = new Promise((resolve) => {
      pass = resolve;
    });
    return { before, pass: () => before.then(pass) };
  }
}

/* Starts at most `width` of the works at the same time; each calls `done` when it has ended, however it did. */
export class Queue {
  #waiting = [];
  #busy = 0;

  constructor(width) {
    this.width = width;
  }

  add(work) {
    this.#waiting.push(work);
    this.#next();
  }

  #next() {
    while (this.#busy < this.width && this.#waiting.length > 0) {
      this.#busy += 1;
      let over = false;
      this.#waiting.shift()(() => {
        if (over) return;
        over = true;
        this.#busy -= 1;
        this.#next();
      });
    }
  }
}
