/** Names common in many countries; any resemblance to real people is coincidental. */

const split = (text: string): readonly [string, ...string[]] =>
  text.trim().split(/\s+/) as [string, ...string[]];

/** First names. */
export const GIVEN_NAMES = split(`
  Aaliyah Aarav Adam Adriana Agnieszka Ahmed Aiko Aisha Akira Alejandro Alexander Alice Amara Amélie Amir Ana Anders
  Andrea Andrei Anika Anna Antonio Anouk Aoife Arjun Ayşe Beatriz Benjamin Bianca Björn Bruno Camila Carlos Carmen
  Caroline Catarina Chen Chiara Chidi Chloé Clara Daan Daniel Daniela Darius David Deepika Diego Dimitra Dmitri Dylan
  Eduardo Elena Elias Elif Elin Emily Emma Enrique Erik Esra Esther Eva Farah Fatima Felix Femke Fernanda Finn
  Florence Francesca Frida Gabriel Georgia Giulia Grace Greta Guillermo Hana Hannah Hans Haruto Helen Henrik Hugo
  Ibrahim Ida Ines Ingrid Isaac Isabel Ivan Jack Jakub Jamila Jan Jasmine Javier Jia Joana Johan Jonas José Julia
  Kaito Karin Katarzyna Kenji Khalid Kofi Lars Laura Leila Léo Leonie Liam Lin Linnea Lucas Lucía Łukasz Maja Malik
  Marco Maria Marta Mateo Matthias Maya Mei Mia Michał Miguel Mina Mohamed Nadia Naomi Natalia Niamh Nico Nina Noah
  Nora Olga Oliver Olivia Omar Oscar Paula Pedro Petra Priya Rafael Ravi Rebecca Ricardo Rosa Ruth Samuel Sana Sara
  Sebastian Siobhán Sofia Sören Stefan Sven Tamar Tara Thomas Tomás Umar Ursula Valentina Vera Viktor Wei William
  Yara Yuki Yusuf Zainab Zoë Zuzana`);

/** Family names. */
export const SURNAMES = split(`
  Abbott Acosta Adeyemi Aguilar Ahmed Alvarez Andersson Andrade Arslan Bailey Baker Bakker Barros Baumann Becker
  Bennett Berg Bianchi Blanc Bondarenko Boateng Brandt Brennan Brooks Brown Burke Campbell Carter Castillo Chan
  Chaudhry Chen Clark Coleman Conti Cooper Costa Cruz Dahl Das Davies Delgado Demir Dias Doyle Dubois Duarte Edwards
  Eriksson Esposito Evans Farkas Fernández Ferrari Fischer Fitzgerald Fontaine Foster Fujita García Gomes González
  Gruber Gupta Haas Hansen Hashimoto Hayes Henry Hernández Hill Hoffmann Holm Horvat Hughes Hussain Ibrahim Ito
  Ivanov Jackson Jacobs Janssen Jensen Johansson Jones Joshi Kaplan Kaur Keller Kelly Khan Kim Kowalski Kovač Kumar
  Lambert Larsen Laurent Lee Lehmann Leroy Lindqvist López Lund Mancini Marino Martin Martínez Mazur Mehta Mendes
  Meyer Miller Mitchell Molina Moreau Moretti Morgan Müller Murphy Nakamura Nguyen Nielsen Novák Núñez O’Brien
  O’Connor Okafor Okoye Olsen Ortega Osei Owens Papadopoulos Park Patel Pereira Petersen Petrov Phillips Popescu
  Pospíšil Quinn Rahman Ramos Reddy Reyes Ricci Roberts Robinson Rodríguez Romero Rossi Russo Ryan Saito Salazar
  Sánchez Santos Sato Schmidt Schneider Schwarz Serrano Shah Sharma Silva Singh Smith Sørensen Stewart Suzuki Svensson
  Takahashi Tanaka Taylor Teixeira Thomas Thompson Torres Turner Vasquez Vermeulen Vidal Virtanen Vogel Walker Wang
  Watanabe Weber White Wilson Wong Wright Yamamoto Yang Yıldız Young Zhang Zhou Zieliński`);

/** Letters that NFD does not decompose into a base letter and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  ß: 'ss',
  ı: 'i',
  æ: 'ae',
  ð: 'd',
  đ: 'd',
};

/** A name as part of a mail address. */
export function mailName(name: string): string {
  const base = name.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  return base.replace(/[^a-z]/g, (letter) => LETTERS[letter] ?? '');
}
