import Taro from "@tarojs/taro";
import { login } from "./login";

const showLogin = () => Taro.reLaunch({ url: "/pages/login/index" });
login.on("needsBinding", showLogin);
login.on("loggedOut", showLogin);

export default function App({ children }) {
  return children;
}
