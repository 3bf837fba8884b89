// Without the fonts of the default theme: what the reader's system has does.
import theme from 'vitepress/theme-without-fonts';
import './style.css';

export default theme;
